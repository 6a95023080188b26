// An OpenID provider of another make and language: zitadel's library with the
// storage of its own example. Prints its issuer and serves until its standard
// input ends.
//
// Tokens come from the client credentials grant: the client "jwt" gets JWTs, the
// client "opaque" opaque tokens, both with the secret "verysecret". The client
// "api" with "secret" may introspect. Somebody who logs in at the client "web",
// with "verysecret", gets JWTs whose audience is that client.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type tokenClient struct {
	op.Client
	id  string
	jwt bool
}

func (c tokenClient) GetID() string { return c.id }

func (c tokenClient) AccessTokenType() op.AccessTokenType {
	if c.jwt {
		return op.AccessTokenTypeJWT
	}
	return op.AccessTokenTypeBearer
}

type tokenStorage struct{ *storage.Storage }

func (s tokenStorage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil || id != "web" {
		return client, err
	}
	return tokenClient{Client: client, id: id, jwt: true}, nil
}

func (s tokenStorage) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	client, err := s.Storage.ClientCredentials(ctx, "sid1", secret)
	if err != nil {
		return nil, err
	}
	if id != "jwt" && id != "opaque" {
		return nil, errors.New("unknown client")
	}
	return tokenClient{Client: client, id: id, jwt: id == "jwt"}, nil
}

func (s tokenStorage) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return &oidc.JWTTokenRequest{
		Subject:  "id1",
		Audience: []string{"nats", "api"},
		Scopes:   scopes,
	}, nil
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	issuer := fmt.Sprintf("http://localhost:%d/", port)
	storage.RegisterClients(storage.WebClient("api", "secret"), storage.WebClient("web", "verysecret"))
	users := storage.NewUserStore(issuer)
	router := exampleop.SetupServer(issuer, tokenStorage{storage.NewStorage(users)}, nil, false)
	go func() {
		// The test that started it has ended.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"issuer": issuer})
	_ = http.Serve(listener, router)
}
