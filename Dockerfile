# The image of one service:
#
#     docker build --build-arg SERVICE=contacts --tag fairlead/contacts .
#     docker run fairlead/contacts contacts.service:ContactsService
#
# It holds the service, what every service stands on, the contracts, and what these ask for; nothing
# of another service; the gateway's holds the web client too. A new service needs no line here.

# A pipeline hands over the base by its digest: --build-arg PYTHON=python:3.11-slim-bookworm@sha256:…
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:24-bookworm-slim

# The web client, which the gateway alone hands out; an empty folder for the others.
FROM ${NODE} AS client
ARG SERVICE
WORKDIR /web
COPY services/web /web
RUN mkdir dist && if [ "${SERVICE}" = api_gateway ]; then npm ci --ignore-scripts && npm run build; fi

FROM ${PYTHON} AS dependencies
ARG SERVICE
COPY requirements/bootstrap.txt requirements/run.txt /requirements/
RUN python -m pip install --no-cache-dir --require-hashes --requirement /requirements/bootstrap.txt \
 && python -m venv --without-pip /opt/fairlead
COPY requirements/services/${SERVICE}.txt /requirements/service.txt
# The list says what, run.txt with which hashes; what is not in both is refused.
RUN uv pip sync --python /opt/fairlead/bin/python --no-cache --compile-bytecode \
    --require-hashes --constraints /requirements/run.txt /requirements/service.txt

FROM ${PYTHON}
ARG SERVICE
COPY --from=dependencies /opt/fairlead /opt/fairlead
COPY shared/fairlead /app/fairlead
COPY contracts /app/contracts
COPY services/${SERVICE}/${SERVICE} /app/${SERVICE}
COPY --from=client /web/dist /app/${SERVICE}/client
RUN /opt/fairlead/bin/python -m compileall -q /app
# Nothing is written below /app; the root may be read-only as long as /tmp is not.
ENV PATH=/opt/fairlead/bin:${PATH} PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /app
USER 10001:10001
EXPOSE 8080 8081
# Python is the first process and gets SIGTERM itself: it finishes what is under way.
ENTRYPOINT ["python", "-m", "fairlead.run"]
