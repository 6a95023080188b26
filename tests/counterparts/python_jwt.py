"""Makes and judges JWTs with PyJWT and jwcrypto, and checks signatures of webhooks.

Obeys one JSON object a line on standard input; keys are PEM, secrets base64:

    {"op":"mint","library":"pyjwt"|"jwcrypto","alg":"RS256","key":"...","kid":"...","claims":{...}}
    {"op":"verify","library":"pyjwt"|"jwcrypto","alg":"RS256","key":"...","token":"...","issuer":"...","audience":"..."}
    {"op":"webhook","key":"whsec_...","headers":{...},"body":"..."}
"""

import base64
import json
import sys

import jwt
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jwt as jwcrypto_jwt
from standardwebhooks.webhooks import Webhook


def pyjwt_key(command):
    if command["alg"].startswith("HS"):
        return base64.b64decode(command["key"])
    return command["key"]


def jwcrypto_key(command):
    if command["alg"].startswith("HS"):
        secret = base64.b64decode(command["key"])
        return jwcrypto_jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(secret).rstrip(b"=").decode())
    return jwcrypto_jwk.JWK.from_pem(command["key"].encode())


def mint(command):
    header = {"kid": command["kid"], "typ": "JWT"}
    if command["library"] == "pyjwt":
        token = jwt.encode(command["claims"], pyjwt_key(command), algorithm=command["alg"], headers=header)
        return {"token": token}
    token = jwcrypto_jwt.JWT(header={"alg": command["alg"], **header}, claims=command["claims"], algs=[command["alg"]])
    token.make_signed_token(jwcrypto_key(command))
    return {"token": token.serialize()}


def verify(command):
    if command["library"] == "pyjwt":
        jwt.decode(
            command["token"],
            pyjwt_key(command),
            algorithms=[command["alg"]],
            issuer=command["issuer"],
            audience=command["audience"],
            options={"require": ["exp", "sub"]},
        )
    else:
        jwcrypto_jwt.JWT(
            jwt=command["token"],
            key=jwcrypto_key(command),
            algs=[command["alg"]],
            check_claims={"iss": command["issuer"], "aud": command["audience"], "exp": None, "sub": None},
            expected_type="JWS",
        )
    return {"accepted": True}


def webhook(command):
    Webhook(command["key"]).verify(command["body"], command["headers"])
    return {"accepted": True}


OPERATIONS = {"mint": mint, "verify": verify, "webhook": webhook}

for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = OPERATIONS[command["op"]](command)
    except Exception as error:  # Whatever a library throws is its refusal.
        answer = {"accepted": False, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
