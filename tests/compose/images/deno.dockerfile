# Stand-in for denoland/deno:alpine-… where no image registry can be reached: the
# same Deno with the libraries that it is linked against and a busybox shell.
# Certificates are this machine's, so that a build here reaches what it reaches.
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/usr/bin", "/usr/sbin", "/sbin", "/tmp", "/root", "/home/deno", "/etc", "/deno-dir"]
RUN ["/bin/busybox", "--install", "-s"]
COPY rootfs /
COPY deno /bin/deno
RUN chmod 1777 /tmp && chmod 755 /usr/local/bin/docker-entrypoint.sh \
  && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd && echo 'deno:x:1000:1000::/home/deno:/bin/sh' >>/etc/passwd \
  && echo 'root:x:0:' >/etc/group && echo 'deno:x:1000:' >>/etc/group \
  && chown deno:deno /deno-dir /home/deno
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  DENO_USE_CGROUPS=1 DENO_DIR=/deno-dir/ DENO_INSTALL_ROOT=/usr/local DENO_TLS_CA_STORE=system
LABEL stand-in=true
ENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]
