# nianbao serve, for `compose.yaml`. Every step here is also run, without a container, by `.ci/container`.
FROM python:3.12-slim

WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY annotations annotations
COPY inference inference
COPY models models
COPY nianbao nianbao
COPY training training
RUN pip install --no-cache-dir '.[serve]'

RUN useradd --create-home --uid 10001 nianbao && mkdir /data && chown nianbao /data
USER nianbao
WORKDIR /data
VOLUME /data
EXPOSE 8760
# NIANBAO_TOKEN must be given: whoever can reach the port is asked for it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8760/readyz')"
# Each worker takes about 100 MB, and up to 700 more for one document; compose.yaml gives 3 GB.
CMD ["nianbao", "serve", "--host", "0.0.0.0", "--port", "8760", "--store", "/data/nianbao.sqlite", "--workers", "2"]
