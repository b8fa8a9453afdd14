/*
 * The requester: one request at a time, to a box and to the floor (echo.c) in turns.
 *
 *   ask PORT QOS ROUNDS NAME=VERB/OBJECT/METHOD[=PAYLOAD]...
 *
 * For each target a round is some calls of the box and as many of each kind of floor, with a reply of the same size. It prints
 * microseconds and, for each floor, the median over all rounds of the ratio of the medians of one round, so that what disturbs the machine
 * for a while disturbs both sides of a ratio.
 */
#define _GNU_SOURCE
#include "link.h"

#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { calls_per_round = 50, warm_up_calls = 300, patience_s = 10, kinds = 4 };

static const char *const kind_names[kinds] = {"box", "reply", "handed", "bare"};

struct series {
    double *all;
    double *medians;
    int count;
};

struct target {
    char name[64];
    char topic[kinds][256];
    const char *payload;
    struct series series[kinds];
};

static const char reply_topic[] = "qmi/v1/client/bench/reply";
static int64_t answered;
static uint64_t expected;
static int reply_size;

static void on_message(struct mosquitto *link, void *context, const struct mosquitto_message *message, const mosquitto_property *properties)
{
    (void)link, (void)context;
    void *correlation = NULL;
    uint16_t length = 0;
    mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &correlation, &length, false);
    if (length == sizeof expected && memcmp(correlation, &expected, sizeof expected) == 0) {
        answered = now_ns();
        reply_size = message->payloadlen;
        if (memmem(message->payload, message->payloadlen, "\"ok\":false", 10) != NULL)
            die("the box answers with an error");
    }
    free(correlation);
}

/* One round trip, in microseconds. */
static double ask(struct mosquitto *link, int qos, const char *topic, const char *payload)
{
    mosquitto_property *properties = NULL;
    expected++;
    mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC, reply_topic);
    mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, &expected, sizeof expected);
    answered = 0;
    int64_t start = now_ns();
    link_publish(link, topic, payload, (int)strlen(payload), qos, properties);
    while (answered == 0) {
        link_turn(link, 1000, -1);
        if (now_ns() - start > patience_s * 1000000000LL)
            die(topic);
    }
    return (answered - start) / 1e3;
}

static int compare(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

/* The value below which that share of the values is; sorts them. */
static double quantile(double *values, int count, double share)
{
    qsort(values, count, sizeof *values, compare);
    return values[(int)(count * share)];
}

static void prepare(struct mosquitto *link, struct target *target, const char *argument, int qos, int rounds)
{
    char path[192];
    if (sscanf(argument, "%63[^=]=%191[^=]", target->name, path) != 2)
        die(argument);
    const char *payload = strchr(strchr(argument, '=') + 1, '=');
    target->payload = payload == NULL ? "" : payload + 1;
    char *rest = strchr(path, '/');
    *rest = '\0';
    snprintf(target->topic[0], sizeof target->topic[0], "qmi/v1/box/bench/%s/bench/%s", path, rest + 1);
    for (int call = 0; call < warm_up_calls; call++)
        ask(link, qos, target->topic[0], target->payload);
    for (int kind = 1; kind < kinds; kind++)
        snprintf(target->topic[kind], sizeof target->topic[kind], "qmi/v1/box/floor/get/bench/%s/%d", kind_names[kind], reply_size);
    for (int kind = 0; kind < kinds; kind++) {
        target->series[kind].all = calloc((size_t)rounds * calls_per_round, sizeof(double));
        target->series[kind].medians = calloc(rounds, sizeof(double));
        for (int call = 0; call < warm_up_calls; call++)
            ask(link, qos, target->topic[kind], target->payload);
    }
}

static void measure(struct mosquitto *link, struct target *target, int kind, int qos, int round)
{
    struct series *series = &target->series[kind];
    double calls[calls_per_round];
    for (int call = 0; call < calls_per_round; call++)
        series->all[series->count++] = calls[call] = ask(link, qos, target->topic[kind], target->payload);
    series->medians[round] = quantile(calls, calls_per_round, 0.5);
}

static void print(struct target *target, int qos, int rounds)
{
    for (int kind = 0; kind < kinds; kind++) {
        struct series *series = &target->series[kind];
        printf("mqtt_%s_qos%d_%s_p50 %.1f\n", target->name, qos, kind_names[kind], quantile(series->all, series->count, 0.5));
        printf("mqtt_%s_qos%d_%s_p99 %.1f\n", target->name, qos, kind_names[kind], quantile(series->all, series->count, 0.99));
    }
    for (int kind = 1; kind < kinds; kind++) {
        double *ratios = calloc(rounds, sizeof *ratios);
        for (int round = 0; round < rounds; round++)
            ratios[round] = target->series[0].medians[round] / target->series[kind].medians[round];
        printf("mqtt_%s_qos%d_to_%s %.3f\n", target->name, qos, kind_names[kind], quantile(ratios, rounds, 0.5));
        free(ratios);
    }
}

int main(int count, char **arguments)
{
    /* A box with a journal knows the ids of the run before, also after a restart: with the same ones it would only repeat its answers. */
    expected = (uint64_t)now_ns();
    if (count < 5)
        die("ask PORT QOS ROUNDS NAME=VERB/OBJECT/METHOD[=PAYLOAD]...");
    int qos = atoi(arguments[2]), rounds = atoi(arguments[3]), targets = count - 4;
    struct mosquitto *link = link_open(atoi(arguments[1]), "asker", on_message);
    link_subscribe(link, reply_topic, qos, 0);
    struct target *target = calloc(targets, sizeof *target);
    for (int index = 0; index < targets; index++)
        prepare(link, &target[index], arguments[4 + index], qos, rounds);
    for (int round = 0; round < rounds; round++)
        for (int index = 0; index < targets; index++)
            for (int turn = 0; turn < kinds; turn++)
                measure(link, &target[index], (round + turn) % kinds, qos, round);
    for (int index = 0; index < targets; index++)
        print(&target[index], qos, rounds);
    mosquitto_disconnect(link);
    return 0;
}
