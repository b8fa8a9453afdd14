#!/usr/bin/env bash
# Scenario 2: request and response by MQTT 5, and requests whose time is over before the box can begin.

source "$(dirname "$0")/lib.sh" "$@"
open_lab

say "mosquitto_rr asks, with correlation data"
rr() { mosquitto_rr -h 127.0.0.1 -p "$port" -u alice -P alice -V 5 -q 1 -W 10 -t "$B/get/alice/stage/get_status" -e qmi/v1/client/alice/reply/box07/1 "$@"; }
printed=$(rr -D publish correlation-data 42 -m '{}' -F '%p D=%D C=%C')
expect_like "the reply carries the correlation data and is JSON" "$printed" '*"ok":true*D=42 C=application/json'
printed=$(rr -D publish correlation-data 'any bytes: ü/#+' -m '{}' -F 'D=%D')
expect "whatever bytes they are" "$printed" 'D=any bytes: ü/#+'

before=$(bumps)
say "The box is stopped for three seconds; two bumps come whose time ends meanwhile, and one that has time"
signal box STOP
mark
send alice call stage bump '{"id":"e1"}' -D publish message-expiry-interval 1
send alice call stage bump '{"id":"e2","timeout_ms":500}'
send alice call stage bump '{"id":"e3","timeout_ms":30000}'
sleep 3
signal box CONT
answer alice stage bump '.id == "e3"'
expect "the one that had time" "$(code)" ok
answer alice stage bump '.id == "e2"'
expect "the one with timeout_ms 500" "$(verdict)" 'EXPIRED no'
answer alice stage bump '.id == "e1"' 2
expect_like "the one with a message expiry of 1 s, unless the broker has dropped it" "$(verdict)" '@(EXPIRED no|)'
expect "bumps: that of the one that had time" "$(bumps)" $((before + 1))
expect "runs of the two, and of the third" "$(executed e1) $(executed e2) $(executed e3)" '0 0 1'
finish
