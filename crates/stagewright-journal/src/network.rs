//! Whether a directory lies on a network file system, where file locks and the
//! shared memory of the database cannot be relied on (decision 12).

use std::path::Path;

/// The kind of network file system that `path` lies on, such as `nfs`; `None` on a
/// local one, and when the system does not say.
pub(crate) fn network_file_system(path: &Path) -> Option<String> {
    let stat = rustix::fs::statfs(path).ok()?;
    kind_of(path, &stat)
}

/// Linux: the kernel's own clients are known by a number; what runs in user space
/// only by the name in the table of mounts.
#[cfg(target_os = "linux")]
fn kind_of(path: &Path, stat: &rustix::fs::StatFs) -> Option<String> {
    const FUSE: u32 = 0x6573_5546;
    // The type of `f_type` differs between architectures; the numbers have 32 bits.
    let number = stat.f_type as u32;
    if number == FUSE {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        let canonical = path.canonicalize().ok()?;
        let kind = mounted_kind(&mounts, &canonical)?;
        return is_remote_fuse(kind).then(|| kind.to_owned());
    }
    remote_by_number(number).map(str::to_owned)
}

/// macOS and the BSDs say the name.
#[cfg(not(target_os = "linux"))]
fn kind_of(_path: &Path, stat: &rustix::fs::StatFs) -> Option<String> {
    let name: String = stat
        .f_fstypename
        .iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| char::from(*byte as u8))
        .collect();
    ["nfs", "smbfs", "afpfs", "webdav", "ftp"]
        .contains(&name.as_str())
        .then_some(name)
}

#[cfg(target_os = "linux")]
fn remote_by_number(number: u32) -> Option<&'static str> {
    match number {
        0x0000_6969 => Some("nfs"),
        0x0000_517b => Some("smb"),
        0xff53_4d42 => Some("cifs"),
        0xfe53_4d42 => Some("smb2"),
        0x5346_414f | 0x6b41_4653 => Some("afs"),
        0x7375_7245 => Some("coda"),
        0x0000_564c => Some("ncp"),
        0x00c3_6400 => Some("ceph"),
        0x0bd0_0bd0 => Some("lustre"),
        0x4750_4653 => Some("gpfs"),
        _ => None,
    }
}

/// Whether a kind of file system in user space reaches over a network. Overlays and
/// encrypted directories are FUSE too, and local.
#[cfg(target_os = "linux")]
fn is_remote_fuse(kind: &str) -> bool {
    let name = kind.strip_prefix("fuse.").unwrap_or(kind);
    [
        "sshfs",
        "s3fs",
        "rclone",
        "gcsfuse",
        "goofys",
        "davfs",
        "davfs2",
        "curlftpfs",
        "glusterfs",
        "nfs",
        "smbnetfs",
        "juicefs",
        "blobfuse2",
    ]
    .contains(&name)
}

/// The kind of the mount that `path` lies in, from the text of `mountinfo`: the
/// longest mount point that is a prefix, and of equals the last, which covers the
/// others.
#[cfg(target_os = "linux")]
fn mounted_kind<'a>(mountinfo: &'a str, path: &Path) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for line in mountinfo.lines() {
        let Some((mount, kind)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (mount.split(' ').nth(4), kind.split(' ').next()) else {
            continue;
        };
        let point = unescape(point);
        if path.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Blanks and backslashes of a mount point are written as octal numbers.
#[cfg(target_os = "linux")]
fn unescape(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 22 0:41 / /mnt/remote\\040disk rw,nosuid - fuse.sshfs ana@host: rw
32 22 0:42 / /mnt/over rw shared:5 - fuse.fuse-overlayfs over rw
33 22 0:43 / /mnt/over rw shared:6 - fuse.rclone cloud: rw
";

    #[test]
    fn the_innermost_and_last_mount_counts() {
        let cases = [
            ("/var/x", Some("ext4")),
            ("/home/ana", Some("nfs4")),
            ("/homestead", Some("ext4")),
            ("/mnt/remote disk/a", Some("fuse.sshfs")),
            ("/mnt/over/a", Some("fuse.rclone")),
        ];
        for (path, kind) in cases {
            assert_eq!(mounted_kind(MOUNTS, Path::new(path)), kind, "{path}");
        }
    }

    #[test]
    fn user_space_is_remote_only_where_it_reaches_out() {
        assert!(is_remote_fuse("fuse.sshfs"));
        assert!(!is_remote_fuse("fuse.fuse-overlayfs"));
        assert!(!is_remote_fuse("fuse.gocryptfs"));
    }

    #[test]
    fn kernel_clients_are_known_by_number() {
        assert_eq!(remote_by_number(0x6969), Some("nfs"));
        // ext4, tmpfs, btrfs, xfs, overlayfs
        for local in [0xEF53, 0x0102_1994, 0x9123_683E, 0x5846_5342, 0x794c_7630] {
            assert_eq!(remote_by_number(local), None, "{local:#x}");
        }
    }

    #[test]
    fn the_machine_of_the_tests_is_local() {
        assert_eq!(network_file_system(Path::new("/proc")), None);
    }
}
