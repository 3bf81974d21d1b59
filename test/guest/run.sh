#!/bin/sh
# Tries control groups of version 2 where this machine has others: in a guest of Debian's, with its own
# kernel and systemd, emulated. As root, and as root of Debian:
#   apt-get install debootstrap qemu-system-x86
#   test/guest/run.sh FOLDER      what it makes is kept in FOLDER for the next time
# Emulated throughout, so it runs on any machine, for an hour or so, on what npm ci has installed. Ends with 0 if all that inside.sh runs went well.
set -eu
folder=$1
repo=$(cd "$(dirname "$0")/../.." && pwd)
root=$folder/root
disk=$folder/disk.img

if [ ! -f "$disk" ]; then
	mkdir -p "$folder"
	rm -rf "$root"
	packages=systemd-sysv,dbus-user-session,libpam-systemd,bubblewrap,crun,runc,linux-image-amd64
	debootstrap --variant=minbase --include="$packages" bookworm "$root"
	cp "$repo/test/guest/guest.service" "$root/etc/systemd/system/"
	ln -s ../guest.service "$root/etc/systemd/system/multi-user.target.wants/"
	mkdir "$root/repo"
	echo 'repo /repo 9p trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro 0 0' >"$root/etc/fstab"
	chroot "$root" useradd --create-home ada
	# A service manager of its own from the start.
	mkdir -p "$root/var/lib/systemd/linger"
	touch "$root/var/lib/systemd/linger/ada"
	truncate --size 3G "$disk.new"
	mkfs.ext4 -q -d "$root" "$disk.new"
	mv "$disk.new" "$disk"
fi

qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 \
	-nodefaults -nographic -no-reboot -serial stdio \
	-kernel "$root"/boot/vmlinuz-* -initrd "$root"/boot/initrd.img-* \
	-append 'root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0 systemd.mask=systemd-udev-trigger.service' \
	-drive "file=$disk,format=raw,if=virtio,snapshot=on" \
	-fsdev "local,id=repo,path=$repo,security_model=none,readonly=on" \
	-device virtio-9p-pci,fsdev=repo,mount_tag=repo | tee "$folder/console"
grep -q '^all went well' "$folder/console"
