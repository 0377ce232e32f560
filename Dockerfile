# One image for the web server, the workers, the clock and the management commands. Nothing secret is in it.

FROM python:3.11-slim AS build
WORKDIR /site
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.txt
COPY . ./
RUN /venv/bin/pybabel --quiet compile --directory locale --domain django
# The settings ask for secrets in production; these are for this one command, and open nothing.
RUN PRODUCTION=1 ALLOWED_HOSTS=build VAR_DIR=/tmp/var \
    SECRET_KEY="$(head -c 32 /dev/urandom | base64)" CREDENTIAL_KEYS="build:$(head -c 32 /dev/urandom | base64)" \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin seko \
    && install --directory --owner seko --group seko /var/lib/seko-social
COPY --from=build /venv /venv
COPY --from=build /site /site
WORKDIR /site
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 VAR_DIR=/var/lib/seko-social BIND=0.0.0.0:8000
USER seko
VOLUME /var/lib/seko-social
EXPOSE 8000
CMD ["gunicorn", "--config", "python:seko_social.web", "seko_social.wsgi"]
