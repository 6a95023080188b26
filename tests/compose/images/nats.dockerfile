# Stand-in for nats:…-alpine where no image registry can be reached: the same
# nats-server with a busybox shell.
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/usr/bin", "/usr/sbin", "/sbin", "/tmp", "/root", "/etc/nats"]
RUN ["/bin/busybox", "--install", "-s"]
COPY rootfs /
COPY nats-server /usr/local/bin/
RUN chmod 1777 /tmp && chmod 755 /usr/local/bin/docker-entrypoint.sh \
  && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd && echo 'root:x:0:' >/etc/group
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LABEL stand-in=true
EXPOSE 4222 8222 6222
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["nats-server", "--config", "/etc/nats/nats-server.conf"]
