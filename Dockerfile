# The checker in a container: docker build -t wfmodel . && docker run --rm -v "$PWD:/work:ro" wfmodel check .
# Only the package itself is in it (no extra), so it runs on musl; it reads what is mounted at /work.
FROM python:3.13-alpine3.22 AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY wfmodel ./wfmodel
RUN python -m venv /opt/wfmodel \
    && /opt/wfmodel/bin/pip install --no-cache-dir --constraint constraints.txt . \
    && /opt/wfmodel/bin/pip uninstall --yes pip

FROM python:3.13-alpine3.22
LABEL org.opencontainers.image.title="wfmodel" \
      org.opencontainers.image.description="Find defects in workflow definitions" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/wfmodel /opt/wfmodel
RUN adduser -D -H -u 10001 wfmodel
USER 10001
WORKDIR /work
ENV PATH="/opt/wfmodel/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["wfmodel"]
CMD ["--help"]
