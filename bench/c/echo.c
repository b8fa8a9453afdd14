/*
 * The floor of a responder: answers qmi/v1/box/floor/get/{caller}/{kind}/{size} on the request's response topic, with its correlation
 * data and a payload of that size.
 *
 *   bare    from inside the message callback, with nothing around the payload and the request's QoS
 *   reply   with what the contract puts around a box's reply: QoS 1, payload format, content type, expiry and four user properties
 *   handed  the same, after a second thread had the request: what any responder pays whose methods may block
 *
 *   echo PORT
 */
#include "link.h"

#include <mqtt_protocol.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { largest = 65536 };

/* One request at a time: the requester asks no second before it has the answer to the first. */
struct request {
    char *reply_topic;
    void *correlation;
    uint16_t correlation_length;
    int size;
    int qos;
    bool has_contract;
};

static char payload[largest];
static struct request handed;
static int worker_bell;
static int link_bell;

static void ring(int bell)
{
    uint64_t one = 1;
    if (write(bell, &one, sizeof one) != sizeof one)
        die("the bell does not ring");
}

static void *work(void *unused)
{
    (void)unused;
    uint64_t rings;
    while (read(worker_bell, &rings, sizeof rings) == sizeof rings)
        ring(link_bell);
    return NULL;
}

static void answer(struct mosquitto *link, struct request *request)
{
    mosquitto_property *properties = NULL;
    if (request->has_contract) {
        mosquitto_property_add_byte(&properties, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
        mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, 5);
        mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE, "application/json");
        mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "qmi-code", "OK");
        mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "qmi-status", "200");
        mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "qmi-final", "true");
        mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "qmi-executed", "yes");
    }
    mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, request->correlation, request->correlation_length);
    link_publish(link, request->reply_topic, payload, request->size, request->qos, properties);
    free(request->reply_topic);
    free(request->correlation);
}

static void on_message(struct mosquitto *link, void *context, const struct mosquitto_message *message, const mosquitto_property *properties)
{
    (void)context;
    struct request request = {.has_contract = strstr(message->topic, "/bare/") == NULL};
    mosquitto_property_read_string(properties, MQTT_PROP_RESPONSE_TOPIC, &request.reply_topic, false);
    mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &request.correlation, &request.correlation_length, false);
    const char *size = strrchr(message->topic, '/');
    if (request.reply_topic == NULL || size == NULL || atoi(size + 1) > largest)
        die("this is no request");

    request.size = atoi(size + 1);
    request.qos = request.has_contract ? 1 : message->qos;
    if (strstr(message->topic, "/handed/") == NULL) {
        answer(link, &request);
        return;
    }
    handed = request;
    ring(worker_bell);
}

int main(int count, char **arguments)
{
    pthread_t worker;
    if (count != 2)
        die("echo PORT");
    memset(payload, '.', sizeof payload);
    worker_bell = eventfd(0, EFD_CLOEXEC);
    link_bell = eventfd(0, EFD_CLOEXEC);
    if (worker_bell < 0 || link_bell < 0 || pthread_create(&worker, NULL, work, NULL) != 0)
        die("no worker");
    struct mosquitto *link = link_open(atoi(arguments[1]), "floor", on_message);
    link_subscribe(link, "qmi/v1/box/floor/get/#", 1, MQTT_SUB_OPT_NO_LOCAL);
    while (1)
        if (link_turn(link, 1000, link_bell))
            answer(link, &handed);
}
