# Stand-in for traefik where no image registry can be reached.
FROM scratch
COPY rootfs /
COPY traefik /usr/local/bin/traefik
ENV PATH=/usr/local/bin
LABEL stand-in=true
EXPOSE 80
ENTRYPOINT ["traefik"]
CMD ["traefik"]
