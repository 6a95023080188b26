// Makes and judges JWTs with golang-jwt. Obeys one JSON object a line on standard
// input; keys are PEM, secrets base64.
//
//	{"op":"mint","alg":"RS256","key":"…","kid":"…","claims":{…}}
//	{"op":"verify","alg":"RS256","key":"…","token":"…","issuer":"…","audience":"…"}
package main

import (
	"bufio"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

type command struct {
	Op       string         `json:"op"`
	Alg      string         `json:"alg"`
	Key      string         `json:"key"`
	Kid      string         `json:"kid"`
	Claims   map[string]any `json:"claims"`
	Token    string         `json:"token"`
	Issuer   string         `json:"issuer"`
	Audience string         `json:"audience"`
}

type answer struct {
	Token    string `json:"token,omitempty"`
	Accepted bool   `json:"accepted"`
	Error    string `json:"error,omitempty"`
}

func privateKey(c command) (any, error) {
	switch {
	case strings.HasPrefix(c.Alg, "HS"):
		return base64.StdEncoding.DecodeString(c.Key)
	case strings.HasPrefix(c.Alg, "ES"):
		return jwt.ParseECPrivateKeyFromPEM([]byte(c.Key))
	case c.Alg == "EdDSA":
		return jwt.ParseEdPrivateKeyFromPEM([]byte(c.Key))
	default:
		return jwt.ParseRSAPrivateKeyFromPEM([]byte(c.Key))
	}
}

func publicKey(c command) (crypto.PublicKey, error) {
	switch {
	case strings.HasPrefix(c.Alg, "HS"):
		return base64.StdEncoding.DecodeString(c.Key)
	case strings.HasPrefix(c.Alg, "ES"):
		return jwt.ParseECPublicKeyFromPEM([]byte(c.Key))
	case c.Alg == "EdDSA":
		return jwt.ParseEdPublicKeyFromPEM([]byte(c.Key))
	default:
		return jwt.ParseRSAPublicKeyFromPEM([]byte(c.Key))
	}
}

func obey(c command) answer {
	switch c.Op {
	case "mint":
		key, err := privateKey(c)
		if err != nil {
			return answer{Error: err.Error()}
		}
		token := jwt.NewWithClaims(jwt.GetSigningMethod(c.Alg), jwt.MapClaims(c.Claims))
		token.Header["kid"] = c.Kid
		text, err := token.SignedString(key)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{Token: text}
	case "verify":
		key, err := publicKey(c)
		if err != nil {
			return answer{Error: err.Error()}
		}
		_, err = jwt.Parse(c.Token,
			func(*jwt.Token) (any, error) { return key, nil },
			jwt.WithValidMethods([]string{c.Alg}),
			jwt.WithIssuer(c.Issuer),
			jwt.WithAudience(c.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt())
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{Accepted: true}
	default:
		return answer{Error: errors.New("unknown op").Error()}
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			_ = out.Encode(answer{Error: err.Error()})
			continue
		}
		_ = out.Encode(obey(c))
	}
}
