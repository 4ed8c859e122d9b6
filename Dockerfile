# The image, its plugin built from the sources, for those who have Docker (`npm run package` needs none):
#
#   docker build --provenance=false --label org.opencontainers.image.revision="$(git rev-parse HEAD)" -t NAME .
#
# Without --provenance=false an index is pushed, whose digest Istio does not take for the image's.
FROM docker.io/library/node:20.20.2-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Times and modes go into the layer, and what is in it shall not depend on when and where it was made.
RUN npm run build \
  && chmod 644 build/plugin.wasm runtime-config.json manifest.yaml \
  && touch --date=@0 build/plugin.wasm runtime-config.json manifest.yaml

FROM scratch
LABEL org.opencontainers.image.title="3scale-auth-wasm" \
  org.opencontainers.image.description="An Envoy filter that authorizes and reports API traffic against 3scale: one Proxy-Wasm module, drop-in for threescale-wasm-auth" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="Apache-2.0"
# One COPY is one layer: Istio looks for plugin.wasm in the last one only.
COPY --from=build /src/build/plugin.wasm /src/runtime-config.json /src/manifest.yaml /
