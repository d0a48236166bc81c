/* The floor: one thread, epoll, a line framed once and written to everybody. Client to server: an empty message is the
   hello, anything else a line. Server to client: an empty message is the welcome, a line is u32 number, then the text. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../websocket.h"

enum { in_bytes = 1024, most_text = 125 };

struct client {
  int fd, is_open, is_in, have, left;
  struct client *next, *previous;
  uint8_t *rest; /* of what the socket did not take at once */
  uint8_t in[in_bytes];
};

/* A ring of everybody; `all` itself is nobody. */
static struct client all = {.next = &all, .previous = &all};
static int poll_fd;
static uint32_t lines;

static void watch(struct client *client, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(poll_fd, operation, client->fd, &event);
}

static void drop(struct client *client) {
  client->next->previous = client->previous;
  client->previous->next = client->next;
  close(client->fd);
  free(client->rest);
  free(client);
}

static void keep(struct client *client, const uint8_t *bytes, int length) {
  client->rest = realloc(client->rest, client->left + length);
  memcpy(client->rest + client->left, bytes, length);
  if (!client->left) watch(client, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  client->left += length;
}

static void send_frame(struct client *client, const uint8_t *bytes, int length) {
  int sent = client->left ? 0 : (int)write(client->fd, bytes, length);
  if (sent < 0) sent = errno == EAGAIN ? 0 : length;
  if (sent < length) keep(client, bytes + sent, length - sent);
}

static void flush(struct client *client) {
  int sent = (int)write(client->fd, client->rest, client->left);
  if (sent <= 0) return;
  client->left -= sent;
  memmove(client->rest, client->rest + sent, client->left);
  if (!client->left) watch(client, EPOLLIN, EPOLL_CTL_MOD);
}

static void take(struct client *client, const uint8_t *text, int length) {
  uint8_t room[most_head + 4 + most_text], *payload = room + most_head, *head;
  if (length == 0) {
    client->is_in = 1;
    head = frame(payload, 0);
    send_frame(client, head, (int)(payload - head));
    return;
  }
  lines++;
  memcpy(payload, &lines, 4);
  memcpy(payload + 4, text, length);
  head = frame(payload, 4 + length);
  for (struct client *other = all.next; other != &all; other = other->next)
    if (other->is_in) send_frame(other, head, (int)(payload + 4 + length - head));
}

/* Returns 0 when the client is to be dropped. */
static int hear(struct client *client) {
  int got = (int)read(client->fd, client->in + client->have, in_bytes - 1 - client->have);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  client->have += got;
  client->in[client->have] = 0;
  if (!client->is_open) {
    char answer[256];
    if (!strstr((char *)client->in, "\r\n\r\n")) return client->have < in_bytes - 1;
    int length = handshake((char *)client->in, answer);
    client->is_open = 1;
    client->have = 0;
    return length && write(client->fd, answer, length) == length;
  }
  int at = 0, opcode, length, used;
  uint8_t *payload;
  while ((used = unframe(client->in + at, client->have - at, &opcode, &payload, &length)) > 0) {
    if (opcode == 8) return 0;
    if (opcode == 2) take(client, payload, length);
    at += used;
  }
  memmove(client->in, client->in + at, client->have -= at);
  return used == 0;
}

static int open_listener(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1024)) exit(1);
  getsockname(fd, (struct sockaddr *)&at, &length);
  printf("{\"port\":%d}\n", ntohs(at.sin_port));
  return fd;
}

static void admit(int listener) {
  int fd, one = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    struct client *client = calloc(1, sizeof *client);
    client->fd = fd;
    client->next = &all;
    client->previous = all.previous;
    all.previous->next = client;
    all.previous = client;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(client, EPOLLIN, EPOLL_CTL_ADD);
  }
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poll_fd = epoll_create1(0);
  struct client listener = {.fd = open_listener()};
  watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
  for (struct epoll_event events[256];;) {
    int ready = epoll_wait(poll_fd, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct client *client = events[i].data.ptr;
      if (client == &listener) {
        admit(listener.fd);
        continue;
      }
      if (events[i].events & EPOLLOUT && client->left) flush(client);
      if (events[i].events & ~(uint32_t)EPOLLOUT && !hear(client)) drop(client);
    }
  }
}
