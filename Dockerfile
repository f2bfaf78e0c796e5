# One image for web, workers, beat, migrations and the sandbox; docker-compose.yml gives each its command.
FROM python:3.13-slim AS libraries
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /
RUN /opt/venv/bin/pip install --require-hashes -r /requirements.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
# Pango sets the type of PDF invoices.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /srv/sigillo sigillo
WORKDIR /srv/sigillo
COPY --from=libraries /opt/venv /opt/venv
COPY . .
# The secrets named here are for these commands alone: nothing of them is kept. Only var/ can be written to later.
RUN DEBUG=0 DEMO=1 SECRET_KEY=only-while-the-image-is-built-only-while-the-image-is-built \
    ENCRYPTION_KEYS=b25seS13aGlsZS10aGUtaW1hZ2UtaXMtYnVpbHQtb3g= \
    ALLOWED_HOSTS=build PORTAL_URL=https://build PROVIDER_API_KEY=none \
    sh -c 'python -m portal.catalogues compile && python manage.py collectstatic --noinput -v0' \
 && python -m compileall -q . \
 && mkdir -p var/archive var/sandbox \
 && chown -R sigillo:sigillo var
USER sigillo
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py"]
