#!/usr/bin/env bash
# Scenario 1: a call by hand, no ceremony, on MQTT 3.1.1. Whatever is typed wrongly is answered, once, and says what is wrong.

source "$(dirname "$0")/lib.sh" "$@"
version=311
people+=(box08) acl_options=(--boxes box08)
open_lab

say "alice asks for the status, with nothing but a topic"
ask alice get stage get_status
expect "the answer" "$(code)" ok
expect_like "it says" "$(of "$reply" .result)" '*\"bumps\":0*'
# A shell that starts two programs takes longer than the box: the fastest of some is the honest figure.
fastest=$took
for _ in {1..4}; do
    ask alice get stage get_status
    ((took < fastest)) && fastest=$took
done
expect_that "it came within 200 ms" "$fastest < 200"

say "What is wrong is answered once, on the usual topic"
watch elsewhere box08 -t 'qmi/v1/box/box08/#'
# wrong WORDS VERB METHOD PAYLOAD CODE STATUS: exactly one reply, with that code, and nothing was done.
wrong() {
    ask alice "$2" stage "$3" "$4"
    expect "$1" "$(verdict)" "$5 no"
    expect "  its status" "$(of "$reply" .error.status)" "$6"
    # Requests are answered in their order: what came before the next answer is all there was.
    local last=$reply
    send alice get stage is_running
    await alice "$B/reply/alice/stage/is_running" '.ok' >/dev/null
    expect "  replies to it" "$(news alice "$B/reply/alice/stage/$3" | grep -c .)" 1
    reply=$last
}
wrong "no JSON" call bump '{bad' BAD_JSON 400
expect "  its column" "$(of "$reply" .error.details.col)" 2
wrong "a mistyped member" call bump '{"arg":{}}' BAD_REQUEST 400
expect_like "  its hint" "$(of "$reply" .error.message)" '*did you mean {"args":{...}}*'
wrong "a mistyped method" get get_statu '' NO_SUCH_METHOD 404
expect "  its hint" "$(of "$reply" '.error.details.nearest[0]')" get_status
wrong "a change under get" get start '' WRONG_VERB 405
# As arguments are shorter than that, it comes from a file.
head -c 2000000 /dev/zero | tr '\0' ' ' >"$work/large"
wrong "2 MB" call bump "@$work/large" PAYLOAD_TOO_LARGE 413
wrong "an answer to somebody else's topic" get get_status '{"reply_to":"qmi/v1/box/box08/call/adm/x/y"}' REPLY_TOPIC_FORBIDDEN 403
expect "what was heard below box08" "$(grep -c "box/box08/" "$work/seen/elsewhere")" 0
expect "bumps that all this made" "$(bumps)" 0
finish
