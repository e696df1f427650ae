# An image that contains only artihook. docs/docker.md describes its use.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION COMMIT DATE
RUN package="$(go list -m)/cmd/console" && \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -o /image/usr/bin/artihook \
      -ldflags "-s -w -X $package.version=$VERSION -X $package.commit=$COMMIT -X $package.date=$DATE" . && \
    mkdir -m 1777 /image/data /image/tmp /image/work

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/LICENSE /src/docs/THIRD_PARTY_LICENSES.txt /usr/share/doc/artihook/
# The history is in /data, and SQLite needs /tmp. Every user can write there, so that docker run --user works too.
COPY --from=build /image /
ENV PATH=/usr/bin HOME=/data XDG_STATE_HOME=/data
USER 65532:65532
WORKDIR /work
VOLUME /data
ENTRYPOINT ["artihook"]
