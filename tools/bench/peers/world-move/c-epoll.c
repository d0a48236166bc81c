/* The floor: one thread, epoll, records of three 16-bit numbers packed by hand, one write per client and tick.
   Client to server: i8 dx, i8 dy. Server to client: u32 tick, then for everybody in reach u16 id, u16 x, u16 y in
   1/32 unit. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "../websocket.h"

enum { most_clients = 10000, side = 5, in_bytes = 2048, samples = 65536 };
static const double radius = 400, low = 18, high = 1982, step_units = 9, per_unit = 32;

struct client {
  int fd, is_open, have, steps, left;
  uint16_t id;
  double x, y;
  int8_t inputs[40];
  uint8_t in[in_bytes];
  uint8_t *rest; /* of a frame the socket did not take at once */
};

static struct client *clients[most_clients], *cells[side * side][most_clients];
static int client_count, cell_counts[side * side], is_all, poll_fd;
static uint32_t tick;
static float took[samples];
static int took_count, overruns;
static uint8_t room[4 + 6 * most_clients + most_head];

static double now_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}

static int column(double value) {
  int cell = (int)(value / radius);
  return cell < side ? cell : side - 1;
}

static double clamp(double value) { return value < low ? low : value > high ? high : value; }

static void drop(struct client *client) {
  for (int i = 0; i < client_count; i++)
    if (clients[i] == client) clients[i] = clients[--client_count];
  close(client->fd);
  free(client->rest);
  free(client);
}

static void watch(struct client *client, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(poll_fd, operation, client->fd, &event);
}

/* What the socket does not take now is sent when it can; until then its client gets no newer state. */
static void send_frame(struct client *client, const uint8_t *bytes, int length) {
  int sent = (int)write(client->fd, bytes, length);
  if (sent < 0) sent = errno == EAGAIN ? 0 : length;
  if (sent == length) return;
  client->left = length - sent;
  client->rest = malloc(client->left);
  memcpy(client->rest, bytes + sent, client->left);
  watch(client, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void flush(struct client *client) {
  int sent = (int)write(client->fd, client->rest, client->left);
  if (sent <= 0) return;
  client->left -= sent;
  memmove(client->rest, client->rest + sent, client->left);
  if (client->left > 0) return;
  free(client->rest);
  client->rest = NULL;
  watch(client, EPOLLIN, EPOLL_CTL_MOD);
}

static uint8_t *put(uint8_t *to, const struct client *other) {
  uint16_t record[3] = {other->id, (uint16_t)lround(other->x * per_unit), (uint16_t)lround(other->y * per_unit)};
  memcpy(to, record, 6);
  return to + 6;
}

static uint8_t *put_near(uint8_t *to, const struct client *client) {
  int left = column(client->x) - 1, top = column(client->y) - 1;
  for (int row = top < 0 ? 0 : top; row <= top + 2 && row < side; row++)
    for (int at = left < 0 ? 0 : left; at <= left + 2 && at < side; at++) {
      int cell = row * side + at;
      for (int i = 0; i < cell_counts[cell]; i++) {
        const struct client *other = cells[cell][i];
        double dx = other->x - client->x, dy = other->y - client->y;
        if (dx * dx + dy * dy <= radius * radius) to = put(to, other);
      }
    }
  return to;
}

static void run_tick(void) {
  double from = now_ms();
  memset(cell_counts, 0, sizeof cell_counts);
  tick++;
  for (int i = 0; i < client_count; i++) {
    struct client *client = clients[i];
    for (int step = 0; step < client->steps; step++) {
      client->x = clamp(client->x + client->inputs[2 * step] * step_units / 127);
      client->y = clamp(client->y + client->inputs[2 * step + 1] * step_units / 127);
    }
    client->steps = 0;
    int cell = column(client->y) * side + column(client->x);
    if (client->is_open) cells[cell][cell_counts[cell]++] = client;
  }
  uint8_t *payload = room + most_head, *end = payload + 4;
  memcpy(payload, &tick, 4);
  if (is_all)
    for (int i = 0; i < client_count; i++)
      if (clients[i]->is_open) end = put(end, clients[i]);
  for (int i = 0; i < client_count; i++) {
    if (!clients[i]->is_open || clients[i]->rest) continue;
    if (!is_all) end = put_near(payload + 4, clients[i]);
    uint8_t *head = frame(payload, end - payload);
    send_frame(clients[i], head, (int)(end - head));
  }
  double spent = now_ms() - from;
  if (took_count < samples) took[took_count++] = (float)spent;
  if (spent > 50) overruns++;
}

/* Returns 0 when the client is to be dropped. */
static int hear(struct client *client) {
  int got = (int)read(client->fd, client->in + client->have, in_bytes - 1 - client->have);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  client->have += got;
  client->in[client->have] = 0;
  if (!client->is_open) {
    char answer[256];
    const char *query = strchr((char *)client->in, '?');
    if (!strstr((char *)client->in, "\r\n\r\n")) return client->have < in_bytes - 1;
    unsigned id;
    int length = handshake((char *)client->in, answer);
    if (!length || !query || sscanf(query, "?id=%u&x=%lf&y=%lf", &id, &client->x, &client->y) != 3) return 0;
    client->id = (uint16_t)id;
    client->is_open = 1;
    client->have = 0;
    return write(client->fd, answer, length) == length;
  }
  int at = 0, opcode, length, used;
  uint8_t *payload;
  while ((used = unframe(client->in + at, client->have - at, &opcode, &payload, &length)) > 0) {
    if (opcode == 8) return 0;
    if (opcode == 2 && length == 2 && client->steps < 20) memcpy(client->inputs + 2 * client->steps++, payload, 2);
    at += used;
  }
  memmove(client->in, client->in + at, client->have -= at);
  return used == 0;
}

static int by_size(const void *a, const void *b) {
  return (*(const float *)a > *(const float *)b) - (*(const float *)a < *(const float *)b);
}

static void report(void) {
  qsort(took, took_count, sizeof *took, by_size);
  int at = (int)ceil(took_count * 0.99) - 1;
  printf("{\"ticks\":%d,\"tickP99Ms\":%.3f,\"overruns\":%d}\n", took_count, took_count ? took[at] : 0, overruns);
  took_count = overruns = 0;
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
    if (client_count == most_clients) {
      close(fd);
      continue;
    }
    struct client *client = calloc(1, sizeof *client);
    client->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    clients[client_count++] = client;
    watch(client, EPOLLIN, EPOLL_CTL_ADD);
  }
}

int main(int count, char **words) {
  is_all = count > 1 && !strcmp(words[1], "all");
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  sigset_t asks;
  sigemptyset(&asks);
  sigaddset(&asks, SIGUSR2);
  sigprocmask(SIG_BLOCK, &asks, NULL);
  poll_fd = epoll_create1(0);
  /* What is not a client is told by these three addresses. */
  struct client listener = {.fd = open_listener()}, timer = {.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)},
                signals = {.fd = signalfd(-1, &asks, SFD_NONBLOCK)};
  struct itimerspec period = {{0, 50000000}, {0, 50000000}};
  timerfd_settime(timer.fd, 0, &period, NULL);
  watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
  watch(&timer, EPOLLIN, EPOLL_CTL_ADD);
  watch(&signals, EPOLLIN, EPOLL_CTL_ADD);
  for (struct epoll_event events[256];;) {
    int ready = epoll_wait(poll_fd, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct client *client = events[i].data.ptr;
      uint64_t periods;
      struct signalfd_siginfo info;
      if (client == &listener) admit(listener.fd);
      else if (client == &timer) {
        if (read(timer.fd, &periods, 8) != 8) continue;
        if (periods > 1) overruns++;
        run_tick();
      } else if (client == &signals) {
        if (read(signals.fd, &info, sizeof info) > 0) report();
      } else {
        if (events[i].events & EPOLLOUT && client->rest) flush(client);
        if (events[i].events & ~(uint32_t)EPOLLOUT && !hear(client)) drop(client);
      }
    }
  }
}
