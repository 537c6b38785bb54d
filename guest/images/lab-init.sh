#!/bin/busybox sh
# /init of the emulated host: loads modules, stacks root, payload and scratch disk, hands over to the root's init.
bb=/bin/busybox
$bb mount -t devtmpfs dev /dev
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
fail() {
    echo "thaw-lab: $1"
    $bb poweroff -f
}
while read -r name; do
    $bb insmod "/modules/$name.ko" || fail "module $name was refused"
done < /modules/order
$bb mount -t erofs -o ro /dev/vda /lower || fail "the root disk cannot be mounted"
$bb mount -t tmpfs tmpfs /rw
$bb mkdir /rw/upper /rw/work
$bb mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /root \
    || fail "the root cannot be stacked"
$bb mount -t erofs -o ro /dev/vdb /root/opt/thaw || fail "the payload disk cannot be mounted"
$bb mount -t ext4 -o noatime,noinit_itable /dev/vdc /root/var/lib/thaw || fail "the scratch disk cannot be mounted"
$bb mkdir -p -m 700 /root/root/.ssh
$bb cp /authorized_keys /root/root/.ssh/authorized_keys
for point in dev proc sys; do
    $bb mount --move "/$point" "/root/$point"
done
exec $bb switch_root /root /sbin/init
