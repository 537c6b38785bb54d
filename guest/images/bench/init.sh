#!/bin/busybox sh
# /init of a guest whose memory is measured with: maps the root image as functions' guests do, runs a program in it.
bb=/bin/busybox
$bb mount -t devtmpfs dev /dev
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
fail() {
    echo "thaw-bench: $1"
    $bb poweroff -f
}
while read -r name; do
    $bb insmod "/modules/$name.ko" || fail "module $name was refused"
done < /modules/order
$bb mount -t erofs -o ro,dax=always /dev/pmem0 /lower || fail "the root image cannot be mounted"
$bb mount -t tmpfs tmpfs /rw
$bb mkdir /rw/upper /rw/work
$bb mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /root \
    || fail "the root cannot be stacked"
$bb mkdir -p /root/var/task
$bb cp -r /task /root/var/
$bb ifconfig lo 127.0.0.1 up
for point in dev proc sys; do
    $bb mount --move "/$point" "/root/$point"
done
$bb chroot /root /bin/sh -c "exec < /dev/null; $($bb cat /command)"
fail "the program ended with code $?"
