#include "link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { patience_s = 10 };

static bool connected;
static int subscribed;

int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void on_connect(struct mosquitto *link, void *context, int code, int flags, const mosquitto_property *properties)
{
    (void)link, (void)context, (void)flags, (void)properties;
    if (code != 0)
        die("the broker refuses the connection");
    connected = true;
}

static void on_subscribe(struct mosquitto *link, void *context, int id, int count, const int *granted)
{
    (void)link, (void)context, (void)id, (void)count, (void)granted;
    subscribed++;
}

struct mosquitto *link_open(int port, const char *id,
                            void (*on_message)(struct mosquitto *, void *, const struct mosquitto_message *, const mosquitto_property *))
{
    mosquitto_lib_init();
    struct mosquitto *link = mosquitto_new(id, true, NULL);
    if (link == NULL)
        die("no memory");
    mosquitto_int_option(link, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(link, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_v5_callback_set(link, on_connect);
    mosquitto_subscribe_callback_set(link, on_subscribe);
    mosquitto_message_v5_callback_set(link, on_message);
    if (mosquitto_connect(link, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS)
        die("there is no broker");
    int64_t limit = now_ns() + patience_s * 1000000000LL;
    connected = false;
    while (!connected && now_ns() < limit)
        link_turn(link, 100, -1);
    if (!connected)
        die("the broker does not answer");
    return link;
}

void link_subscribe(struct mosquitto *link, const char *filter, int qos, int options)
{
    int64_t limit = now_ns() + patience_s * 1000000000LL;
    int before = subscribed;
    mosquitto_subscribe_v5(link, NULL, filter, qos, options, NULL);
    while (subscribed == before && now_ns() < limit)
        link_turn(link, 100, -1);
    if (subscribed == before)
        die("the broker does not answer a subscription");
}

bool link_turn(struct mosquitto *link, int timeout_ms, int bell)
{
    struct pollfd polled[2] = {{.fd = mosquitto_socket(link), .events = POLLIN}, {.fd = bell, .events = POLLIN}};
    uint64_t rings;
    if (mosquitto_want_write(link))
        polled[0].events |= POLLOUT;
    poll(polled, 2, timeout_ms);
    if ((polled[0].revents & ~POLLOUT) != 0 && mosquitto_loop_read(link, 1) != MOSQ_ERR_SUCCESS)
        die("the connection is lost");
    if (mosquitto_want_write(link) && mosquitto_loop_write(link, 1) != MOSQ_ERR_SUCCESS)
        die("the connection is lost");
    mosquitto_loop_misc(link);
    return polled[1].revents != 0 && read(bell, &rings, sizeof rings) == sizeof rings;
}

void link_publish(struct mosquitto *link, const char *topic, const void *payload, int length, int qos, mosquitto_property *properties)
{
    if (mosquitto_publish_v5(link, NULL, topic, length, payload, qos, false, properties) != MOSQ_ERR_SUCCESS)
        die("a publication is refused");
    mosquitto_property_free_all(&properties);
}
