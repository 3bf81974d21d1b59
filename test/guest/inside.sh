# In the guest, as root: every test that has to do with control groups, in a group that was delegated to
# root, to a plain user by the system, to a plain user by that user's own service manager, and to root
# of a control group namespace; and once where none was.
PATH=/repo/node_modules/node/bin:/usr/sbin:/usr/bin:/sbin:/bin
executors=/repo/node-agent/src/executors
failed=
delegated='-p Delegate=yes --wait --pipe --quiet -E PATH='$PATH

try() { # what, command…
	echo "── $1"
	shift
	"$@" || failed=yes
}

for name in cgroup.guest-test escapes.test bubblewrap.test; do
	try "$name, as a plain user" systemd-run $delegated --uid=ada -E HOME=/home/ada node $executors/$name.ts
done
for name in cgroup.guest-test escapes.test escapes.host-test oci.host-test bubblewrap.test; do
	try "$name, as root" systemd-run $delegated -E HOME=/root node $executors/$name.ts
done

# The unit that is shipped, but for whom and what it runs.
unit=/run/systemd/system/covenant-node.service
mkdir -p $unit.d
cp /repo/packaging/covenant-node.service $unit
cat >$unit.d/guest.conf <<END
[Service]
User=ada
Group=ada
Type=oneshot
Restart=no
Environment=PATH=$PATH
ExecStart=
ExecStart=/repo/node_modules/node/bin/node $executors/cgroup.guest-test.ts
END
try 'cgroup.guest-test, as the unit that is shipped' systemctl start covenant-node
journalctl --unit=covenant-node --output=cat --no-pager

try 'cgroup.guest-test, under the manager of a plain user' \
	su ada -c "XDG_RUNTIME_DIR=/run/user/1000 systemd-run --user $delegated -E HOME=/home/ada node $executors/cgroup.guest-test.ts"
try 'cgroup.guest-test, as root of a namespace' systemd-run $delegated unshare --cgroup --mount sh -c \
	"umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec node $executors/cgroup.guest-test.ts"
try 'probe.test, where nothing is delegated' su ada -c "node $executors/probe.test.ts"
[ -n "$failed" ] || echo 'all went well'
