/*
 * Starts a program and measures, from before the fork, until it answers.
 *
 *   start word NAME PROGRAM [ARGUMENT...]        until it has written to standard output
 *   start call NAME PORT PROGRAM [ARGUMENT...]   until the box "bench" has said that it is online and has answered a ping
 *
 * Prints milliseconds. The program is then asked to end.
 */
#define _GNU_SOURCE
#include "link.h"

#include <fcntl.h>
#include <mqtt_protocol.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char box[] = "qmi/v1/box/bench";
static const char reply_topic[] = "qmi/v1/client/bench/reply";
static const int64_t patience = 20 * 1000000000LL;
static pid_t child;
static int64_t online;
static int64_t answered;

static void stop_child(void)
{
    if (child > 0) {
        kill(child, SIGTERM);
        waitpid(child, NULL, 0);
    }
}

/* Its standard output becomes the write end of the pipe; what it logs goes nowhere. */
static void run(char **command, int output)
{
    child = fork();
    if (child < 0)
        die("no process");
    if (child > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int nowhere = open("/dev/null", O_RDWR);
    dup2(output < 0 ? nowhere : output, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execv(command[0], command);
    _exit(127);
}

static void on_message(struct mosquitto *link, void *context, const struct mosquitto_message *message, const mosquitto_property *properties)
{
    (void)link, (void)context, (void)properties;
    if (strcmp(message->topic, reply_topic) == 0)
        answered = now_ns();
    else if (memmem(message->payload, message->payloadlen, "\"state\":\"online\"", 16) != NULL)
        online = now_ns();
}

static void wait_for(struct mosquitto *link, const int64_t *moment, const char *what)
{
    int64_t limit = now_ns() + patience;
    while (*moment == 0) {
        link_turn(link, 100, -1);
        if (now_ns() > limit)
            die(what);
    }
}

static void until_word(const char *name, char **command)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("no pipe");
    int64_t start = now_ns();
    run(command, ends[1]);
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1)
        die("the program said nothing");
    printf("start_%s %.3f\n", name, (now_ns() - start) / 1e6);
    waitpid(child, NULL, 0);
}

static void until_call(const char *name, int port, char **command)
{
    char topic[128];
    struct mosquitto *link = link_open(port, "starter", on_message);
    snprintf(topic, sizeof topic, "%s/state", box);
    link_subscribe(link, topic, 1, MQTT_SUB_OPT_SEND_RETAIN_NEVER);
    link_subscribe(link, reply_topic, 1, 0);
    atexit(stop_child);
    int64_t start = now_ns();
    run(command, -1);
    wait_for(link, &online, "the box does not come online");
    mosquitto_property *properties = NULL;
    mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC, reply_topic);
    snprintf(topic, sizeof topic, "%s/get/bench/_box/ping", box);
    link_publish(link, topic, "", 0, 1, properties);
    wait_for(link, &answered, "the box does not answer");
    printf("start_%s_online %.3f\nstart_%s %.3f\n", name, (online - start) / 1e6, name, (answered - start) / 1e6);
}

int main(int count, char **arguments)
{
    if (count >= 4 && strcmp(arguments[1], "word") == 0)
        until_word(arguments[2], arguments + 3);
    else if (count >= 5 && strcmp(arguments[1], "call") == 0)
        until_call(arguments[2], atoi(arguments[3]), arguments + 4);
    else
        die("start word NAME PROGRAM... | start call NAME PORT PROGRAM...");
    return 0;
}
