# docker build -t seoul-ai-guide .
# docker run -p 7860:7860 -v guide:/data seoul-ai-guide
#
# PyTorch without graphics libraries: --build-arg PIP_EXTRA_INDEX_URL=<the address that pytorch.org shows for Pip and CPU>
FROM python:3.11-slim AS build
ARG PIP_EXTRA_INDEX_URL=""
WORKDIR /app
RUN python -m venv /venv
COPY pyproject.toml README.md LICENSE NOTICE.md ./
COPY src src
RUN PIP_EXTRA_INDEX_URL="$PIP_EXTRA_INDEX_URL" /venv/bin/pip install --no-cache-dir --editable ".[postgres]"

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data guide && install -d -o guide -g guide /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY docs /app/docs
WORKDIR /app
USER guide
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RAG_HOST=0.0.0.0 \
    RAG_INDEX_DIR=/data/index \
    RAG_RECORDS_URL=/data/records.sqlite3 \
    RAG_LOG_FORMAT=json
VOLUME /data
EXPOSE 7860
# The index is built at the first start; until then nothing answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m \
    CMD ["/venv/bin/python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('RAG_PORT', '7860') + '/healthz', timeout=4)"]
CMD ["/venv/bin/rag", "serve"]
