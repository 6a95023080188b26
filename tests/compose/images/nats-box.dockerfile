# Stand-in for natsio/nats-box where no image registry can be reached: the same
# nsc and nats CLI, a busybox shell, jq; users, paths and environment as there.
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/usr/bin", "/usr/sbin", "/sbin", "/tmp", "/root", "/home/nats", "/etc", "/nsc"]
RUN ["/bin/busybox", "--install", "-s"]
COPY rootfs /
COPY bin /usr/local/bin/
RUN chmod 1777 /tmp && chmod 755 /entrypoint.sh \
  && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd && echo 'nats:x:1000:1000::/home/nats:/bin/sh' >>/etc/passwd \
  && echo 'root:x:0:' >/etc/group && echo 'nats:x:1000:' >>/etc/group \
  && chown nats:root /nsc /home/nats && chmod 775 /nsc /home/nats
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  NKEYS_PATH=/nsc/nkeys XDG_DATA_HOME=/nsc XDG_CONFIG_HOME=/nsc/.config
LABEL stand-in=true
WORKDIR /root
ENTRYPOINT ["/entrypoint.sh"]
