/* One MQTT 5 connection on libmosquitto, turned by the caller: the least that a C program can do. */
#ifndef LINK_H
#define LINK_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stdint.h>

/* Monotonic nanoseconds. */
int64_t now_ns(void);

/* Ends the program with a message. */
_Noreturn void die(const char *what);

/* Connects to a broker on the loopback and waits for its answer. Messages go to on_message, on the thread that turns. */
struct mosquitto *link_open(int port, const char *id,
                            void (*on_message)(struct mosquitto *, void *, const struct mosquitto_message *, const mosquitto_property *));

/* Subscribes and waits for the answer. */
void link_subscribe(struct mosquitto *link, const char *filter, int qos, int options);

/* Sleeps until the socket or the timeout asks for something, and does it. True when the bell, an eventfd or -1, was rung. */
bool link_turn(struct mosquitto *link, int timeout_ms, int bell);

/* Publishes; the properties are freed. */
void link_publish(struct mosquitto *link, const char *topic, const void *payload, int length, int qos, mosquitto_property *properties);

#endif
