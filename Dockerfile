# The callout service: Deno, the sources, and every dependency, so that nothing is
# downloaded when it starts.
#
#   docker build --tag nats-auth-callout .
#
# CALLOUT_REGISTRY says where packages come from: jsr (some of them), npm (all of
# them), or nothing, which tries JSR first. docker-compose.yaml passes it on.

ARG DENO_VER=2.9.6

FROM denoland/deno:alpine-${DENO_VER} AS build
ARG CALLOUT_REGISTRY=
WORKDIR /app
COPY deno.json deno.lock deno.npm.json deno.npm.lock main.ts ./
COPY config config
COPY src src
# The link is the configuration's name from here on: it stays the one that was cached for.
RUN ln -s "$(deno run --quiet --no-config --allow-env=CALLOUT_REGISTRY config/registry.ts)" registry.json \
  && deno cache --quiet --config registry.json main.ts \
  # Whether anything is missing is to come out here, not at the first start.
  && deno run --quiet --cached-only --config registry.json --allow-env --allow-read main.ts start --help >/dev/null

FROM denoland/deno:alpine-${DENO_VER}
WORKDIR /app
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
COPY fs/auth-callout/entrypoint.sh /entrypoint.sh
# Runs as any user: it reads /app and /deno-dir, and writes nowhere.
USER deno
# For the log, which nobody reads in a terminal.
ENV NO_COLOR=1
ENTRYPOINT ["/bin/sh", "/entrypoint.sh"]
CMD ["start"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=500ms \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/readyz"]
