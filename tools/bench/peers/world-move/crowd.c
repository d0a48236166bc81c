/* The part of the load that only has to be there: opens sockets, says what it was given to say, sends one frame per
   client and period, and counts what comes. Everything it says is made by the load generator (crowd.ts), which writes
   a plan to standard input, then one letter for each thing to do: `w` walk, `c` count. Answers are lines of JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { most_opening = 32, small = 125 };

/* How the plan begins. */
struct plan {
  uint32_t port, clients, period_us, frames, frame_bytes;
  /* So many messages and a client is in. */
  uint32_t messages;
  /* Whether a text of "2" is a ping that wants a "3". */
  uint32_t answers;
};

struct blob {
  uint16_t length;
  uint8_t *bytes;
};

struct client {
  int fd, ends, have;
  uint32_t messages;
  uint64_t skip;
  struct blob upgrade, opening, reply;
  uint8_t *frames;
  uint8_t part[small + 4];
};

static struct plan plan;
static struct client *all;
static uint32_t opened, entered, opening;
static uint64_t counted_frames, counted_bytes, walked_from;
static uint64_t walked;
static int poll_fd;

static void give_up(const char *why) {
  printf("{\"failed\":\"%s\"}\n", why);
  exit(1);
}

static void take(void *to, size_t length) {
  if (fread(to, 1, length, stdin) != length) give_up("the plan is short");
}

static struct blob take_blob(void) {
  struct blob blob;
  take(&blob.length, 2);
  blob.bytes = malloc(blob.length + 1);
  take(blob.bytes, blob.length);
  return blob;
}

static uint64_t now_us(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000ull + at.tv_nsec / 1000;
}

static void say(struct client *client, const uint8_t *bytes, size_t length) {
  if (length > 0 && write(client->fd, bytes, length) != (ssize_t)length) give_up("a client cannot send");
}

static void open_next(void) {
  for (int one = 1; opened < plan.clients && opening < most_opening; opening++) {
    struct client *client = &all[opened++];
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(plan.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client->fd, (struct sockaddr *)&at, sizeof at)) give_up("a client cannot connect");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    say(client, client->upgrade.bytes, client->upgrade.length);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, client->fd, &event);
  }
}

/* A frame of up to 125 bytes, all there. A mask of zero is allowed and changes nothing. */
static void answer(struct client *client, const uint8_t *frame, int length) {
  uint8_t pong[small + 6] = {0x8a, 0x80 | length}, text[7] = {0x81, 0x81, 0, 0, 0, 0, '3'};
  if ((frame[0] & 15) == 9) {
    memcpy(pong + 6, frame + 2, length);
    say(client, pong, 6 + length);
  } else if (plan.answers && (frame[0] & 15) == 1 && length == 1 && frame[2] == '2')
    say(client, text, sizeof text);
}

static void count(struct client *client, uint64_t length) {
  counted_frames++;
  counted_bytes += length;
  if (++client->messages == 1) say(client, client->reply.bytes, client->reply.length);
  if (client->messages != plan.messages) return;
  opening--;
  if (++entered == plan.clients) printf("{\"isIn\":true}\n");
  open_next();
}

/* The end of the server's answer to the upgrade is an empty line. */
static int upgraded(struct client *client, const uint8_t *bytes, int length) {
  int at = 0;
  while (at < length && client->ends < 4) {
    client->ends = bytes[at] == "\r\n\r\n"[client->ends] ? client->ends + 1 : bytes[at] == '\r';
    at++;
  }
  if (client->ends == 4) say(client, client->opening.bytes, client->opening.length);
  return at;
}

static void hear(struct client *client, const uint8_t *bytes, int length) {
  int at = client->ends < 4 ? upgraded(client, bytes, length) : 0;
  while (at < length) {
    if (client->skip > 0) {
      uint64_t skipped = (uint64_t)(length - at) < client->skip ? (uint64_t)(length - at) : client->skip;
      client->skip -= skipped;
      at += (int)skipped;
      continue;
    }
    client->part[client->have++] = bytes[at++];
    uint8_t *part = client->part;
    if (client->have < 2) continue;
    int code = part[1] & 127;
    if (code <= small) {
      if (client->have < 2 + code) {
        int more = 2 + code - client->have < length - at ? 2 + code - client->have : length - at;
        memcpy(part + client->have, bytes + at, more);
        client->have += more;
        at += more;
      }
      if (client->have < 2 + code) continue;
      client->have = 0;
      if ((part[0] & 15) == 8) give_up("a client was sent away");
      if ((part[0] & 15) <= 2) count(client, code);
      answer(client, part, code);
    } else if (client->have == (code == 126 ? 4 : 10)) {
      for (int i = 2; i < client->have; i++) client->skip = client->skip << 8 | part[i];
      client->have = 0;
      count(client, client->skip);
    }
  }
}

/* Spread over the period, so that frames arrive at any time of a tick. */
static void walk(void) {
  uint64_t due = (now_us() - walked_from) * plan.clients / plan.period_us;
  for (; walked < due; walked++) {
    uint64_t step = walked / plan.clients;
    if (step >= plan.frames) give_up("the plan is over");
    struct client *client = &all[walked % plan.clients];
    say(client, client->frames + step * plan.frame_bytes, plan.frame_bytes);
  }
}

static void obey(int timer) {
  char letter;
  struct itimerspec period = {{0, 1000000}, {0, 1000000}};
  if (read(0, &letter, 1) != 1) exit(0);
  if (letter == 'c')
    printf("{\"frames\":%llu,\"bytes\":%llu}\n", (unsigned long long)counted_frames,
           (unsigned long long)counted_bytes);
  if (letter != 'w') return;
  walked_from = now_us();
  timerfd_settime(timer, 0, &period, NULL);
}

int main(void) {
  static uint8_t bytes[256 * 1024];
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  setvbuf(stdout, NULL, _IOLBF, 0);
  /* Not a byte beyond the plan may be read ahead: what follows is read as it comes. */
  setvbuf(stdin, NULL, _IONBF, 0);
  take(&plan, sizeof plan);
  all = calloc(plan.clients, sizeof *all);
  for (uint32_t i = 0; i < plan.clients; i++) {
    all[i].upgrade = take_blob();
    all[i].opening = take_blob();
    all[i].reply = take_blob();
    all[i].frames = malloc((size_t)plan.frames * plan.frame_bytes);
    take(all[i].frames, (size_t)plan.frames * plan.frame_bytes);
  }
  poll_fd = epoll_create1(0);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event orders = {.events = EPOLLIN, .data.ptr = NULL}, ticks = {.events = EPOLLIN, .data.ptr = &timer};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &orders);
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer, &ticks);
  open_next();
  for (struct epoll_event events[256];;) {
    int ready = epoll_wait(poll_fd, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct client *client = events[i].data.ptr;
      uint64_t periods;
      if (!client) obey(timer);
      else if (events[i].data.ptr == &timer) {
        if (read(timer, &periods, 8) == 8) walk();
      } else {
        ssize_t got = read(client->fd, bytes, sizeof bytes);
        if (got <= 0) give_up("a client was disconnected");
        hear(client, bytes, (int)got);
      }
    }
  }
}
