/*
 * The least a FastAGI server can cost: one thread, epoll, one SET VARIABLE, the sending side closed right behind it.
 * A yardstick for the bench, on loopback only. It judges nothing, guards against nothing, and must never meet a call
 * that matters.
 *
 *   cc -O2 -o least least.c && ./least PORT [early]
 *
 * Prints "listening PORT" once it listens; port 0 takes a free one. It answers at the header's blank line, as the
 * protocol has it; with `early` at the header's fourth line, as the gate does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ANSWER[] = "SET VARIABLE DEVICELOCK_VERDICT \"allow\"\n";

enum { MOST_FDS = 4096, EARLY_LINES = 4 };

static struct session {
    int lines;
    int blank; /* a blank line was seen */
    int answered;
    char last;
} sessions[MOST_FDS];

static void read_header(struct session *session, const char *bytes, ssize_t length)
{
    for (ssize_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            session->lines++;
            session->blank |= session->last == '\n';
        }
        session->last = bytes[i];
    }
}

static void serve(int fd, int early)
{
    char bytes[65536];
    struct session *session = &sessions[fd];
    ssize_t length = read(fd, bytes, sizeof bytes);
    if (length <= 0) {
        close(fd);
        return;
    }
    if (session->answered)
        return;
    read_header(session, bytes, length);
    if (early ? session->lines < EARLY_LINES : !session->blank)
        return;
    session->answered = 1;
    if (write(fd, ANSWER, sizeof ANSWER - 1) < 0)
        close(fd);
    else
        shutdown(fd, SHUT_WR);
}

static void welcome(int listener, int poll)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (fd >= MOST_FDS) {
        close(fd);
        return;
    }
    memset(&sessions[fd], 0, sizeof sessions[fd]);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static int open_listener(const char *port)
{
    int on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    here.sin_port = htons(atoi(port));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 1024) < 0) {
        perror("least");
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&here, &size);
    printf("listening %d\n", ntohs(here.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    int early = argc > 2 && strcmp(argv[2], "early") == 0;
    if (argc < 2) {
        fprintf(stderr, "usage: least PORT [early]\n");
        return 2;
    }
    int listener = open_listener(argv[1]);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event ready[256];
        int count = epoll_wait(poll, ready, 256, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == listener)
                welcome(listener, poll);
            else
                serve(ready[i].data.fd, early);
        }
    }
}
