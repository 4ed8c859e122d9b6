#!/bin/sh
# Fills an apisonator through its internal API. It can be run again: every call sets what it says.
set -eu

call() {
  curl --silent --show-error --fail --user "$INTERNAL_API" --header 'Content-Type: application/json' \
    --request "$1" --data "$3" --output /dev/null "$BACKEND/internal$2"
}

curl --silent --fail --retry 60 --retry-delay 1 --retry-all-errors --output /dev/null "$BACKEND/status"

call PUT /services/1001 '{"service": {"provider_key": "demo-provider-key", "backend_version": "1"}}'
call POST /service_tokens/ '{"service_tokens": {"demo-token-1001": {"service_id": "1001"}}}'
call PUT /services/1001/metrics/1 '{"metric": {"name": "hits"}}'
call PUT /services/1001/plans/basic/usagelimits/1/minute '{"usagelimit": {"minute": 3}}'

application() {
  call PUT "/services/1001/applications/$1" \
    "{\"application\": {\"state\": \"$2\", \"plan_id\": \"$3\", \"plan_name\": \"$3\"}}"
  call PUT "/services/1001/applications/$1/key/$4" '{}'
}

application alice active unlimited alice-key
application bob active basic bob-limited-key
application carol suspended unlimited carol-suspended-key
