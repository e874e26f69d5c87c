import Glibc
import PortcullisCore

/// Whether SQLite's locks and shared memory cannot be trusted on a file system of this name (as `/proc/self/mountinfo` writes it).
func isUntrusted(fileSystem name: String) -> Bool {
  let local = ["fuseblk", "fuse.fuse-overlayfs"]  // a local disk; the root of a rootless container
  let remote = [
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "ocfs2", "orangefs", "vboxsf",
  ]
  if local.contains(name) { return false }
  return remote.contains(name) || ["nfs", "smb", "fuse"].contains { name.hasPrefix($0) }
}

/// The type of the mount that holds an absolute, real path: the last one with the longest mount point that leads to it.
///
/// - Parameter mounts: The text of `/proc/self/mountinfo`, proc(5).
func fileSystem(of path: String, mounts: String) -> String? {
  var best: (length: Int, type: String)?
  for line in mounts.split(separator: "\n") {
    let fields = line.split(separator: " ")
    guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
    let point = unescapedOctal(fields[4])
    let leads = point == "/" || path == point || path.hasPrefix(point + "/")
    if leads, point.utf8.count >= best?.length ?? 0 { best = (point.utf8.count, String(fields[dash + 1])) }
  }
  return best?.type
}

/// Mount points write a blank as `\040`, and so on.
private func unescapedOctal(_ text: Substring) -> String {
  var out: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.first {
    let digits = rest.dropFirst().prefix(3)
    if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
      out.append(code)
      rest = rest.dropFirst(4)
    } else {
      out.append(byte)
      rest = rest.dropFirst()
    }
  }
  return String(decoding: out, as: UTF8.self)
}

func refuseNetworkFileSystem(_ folder: String) throws(StoreError) {
  guard let resolved = realpath(folder, nil) else { throw .cannotOpen(path: folder, detail: errnoText(errno)) }
  defer { free(resolved) }
  // Where the system does not show its mounts, nothing can be said.
  guard let mounts = wholeText(of: "/proc/self/mountinfo"), let type = fileSystem(of: String(cString: resolved), mounts: mounts) else {
    return
  }
  if isUntrusted(fileSystem: type) { throw .networkFileSystem(path: folder, kind: type) }
}

/// A small file of the system's; nil where it cannot be read.
func wholeText(of path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var text: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 16384)
  while true {
    let count = read(descriptor, &piece, piece.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count == 0 ? String(decoding: text, as: UTF8.self) : nil }
    text += piece.prefix(count)
  }
}

/// Bytes that may still be written by this user where `path` lies; nil where the system does not say.
package func freeBytes(at path: String) -> Int? {
  var info = Glibc.statvfs()
  guard statvfs(path, &info) == 0 else { return nil }
  let (bytes, overflow) = UInt(info.f_bavail).multipliedReportingOverflow(by: UInt(info.f_frsize))
  return overflow || bytes > UInt(Int.max) ? Int.max : Int(bytes)
}

/// Before the first call: at least 200 MB, or four times what the run is expected to write.
///
/// - Parameter estimate: Bytes.
package func requireSpace(at folder: String, estimate: Int) throws(StoreError) {
  let (fourfold, overflow) = estimate.multipliedReportingOverflow(by: 4)
  let needed = max(200_000_000, overflow ? Int.max : fourfold)
  guard let free = freeBytes(at: folder) else { throw .cannotOpen(path: folder, detail: errnoText(errno)) }
  if free < needed { throw .notEnoughSpace(path: folder, free: free, needed: needed) }
}

/// Makes the folder and its parents, for this user alone: it will hold prompts and answers.
func makeFolder(_ path: String) throws(StoreError) {
  if mkdir(path, 0o700) == 0 { return try syncToDisk(parent(of: path)) }
  let problem = errno
  switch problem {
  case EEXIST:
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { throw .cannotOpen(path: path, detail: errnoText(ENOTDIR)) }
  case ENOENT:
    let above = parent(of: path)
    guard above != path, above != "." else { throw .cannotOpen(path: path, detail: errnoText(problem)) }
    try makeFolder(above)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .cannotOpen(path: path, detail: errnoText(errno)) }
    try syncToDisk(above)
  case EROFS, EACCES, EPERM: throw .readOnly(path: path, detail: errnoText(problem))
  case ENOSPC, EDQUOT: throw .full(path: path, detail: errnoText(problem))
  default: throw .cannotOpen(path: path, detail: errnoText(problem))
  }
}

private func parent(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A file's content, or a folder's list of names.
func syncToDisk(_ path: String) throws(StoreError) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .io(path: path, detail: errnoText(errno)) }
  let failed = fsync(descriptor) != 0 ? errno : 0
  close(descriptor)
  if failed != 0 { throw .io(path: path, detail: errnoText(failed)) }
}

/// An empty file for this user alone, unless there is one: SQLite gives its log the same permissions.
func makeFile(_ path: String) throws(StoreError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw .cannotOpen(path: path, detail: errnoText(errno)) }
  close(descriptor)
}

/// Whether the folder, and where it is there the file in it, may be written by this user.
func requireWritable(folder: String, file: String) throws(StoreError) {
  guard access(folder, W_OK | X_OK) == 0 else { throw .readOnly(path: folder, detail: errnoText(errno)) }
  if access(file, F_OK) == 0, access(file, R_OK | W_OK) != 0 { throw .readOnly(path: file, detail: errnoText(errno)) }
}
