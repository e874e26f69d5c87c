import Glibc
package import PortcullisCore

/// An open regular file; closed with its last reference. Reads are at offsets, so that readers share one.
package final class RegularFile: Sendable {
  /// What must not change while the file is read twice.
  package struct Identity: Sendable, Hashable {
    let device: UInt64, inode: UInt64
    package let size: Int
    let modifiedSeconds: Int, modifiedNanoseconds: Int
  }

  /// As the user would type it.
  package let shown: String
  /// The path the system opened, symbolic links resolved.
  package let realPath: String
  package let identity: Identity
  private let descriptor: Int32

  /// Throws a `Diagnostic`: missing, a folder, a pipe or a device, not readable, or larger than `limit` bytes.
  package init(path: String, shown: String, limit: Int) throws(Diagnostic) {
    let place = Place(file: shown)
    guard !path.utf8.contains(0) else { throw Diagnostic(.error, "a file name may not hold NUL", at: place) }
    var before = stat()
    guard stat(path, &before) == 0 else { throw Diagnostic(.error, openingTrouble(errno), at: place) }
    try checkRegular(before, place)  // before opening: a pipe would wait, a device might act
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else { throw Diagnostic(.error, openingTrouble(errno), at: place) }
    var status = stat()
    do throws(Diagnostic) {
      guard fstat(opened, &status) == 0 else { throw Diagnostic(.error, openingTrouble(errno), at: place) }
      try checkRegular(status, place)
      guard status.st_size <= limit else {
        throw Diagnostic(.error, "the file has \(status.st_size) bytes; at most \(limit) are read", at: place)
      }
      guard let real = pathOfDescriptor(opened) ?? resolvedPath(path) else {
        throw Diagnostic(.error, "its place cannot be found out", at: place)
      }
      realPath = real
    } catch {
      close(opened)
      throw error
    }
    self.shown = shown
    identity = Identity(status)
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// The file's identity now: a change means that its content may differ from what was read before.
  package func currentIdentity() -> Identity? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Identity(status) : nil
  }

  /// Fills `buffer` from `offset`; fewer bytes only at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Diagnostic) -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))  // buffer.count > 0
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Diagnostic(.error, "cannot be read: \(String(cString: strerror(errno)))", at: Place(file: shown)) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  package func readAll() throws(Diagnostic) -> [UInt8] {
    var failure: Diagnostic?
    let size = identity.size
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      do throws(Diagnostic) { count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}

extension RegularFile.Identity {
  fileprivate init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modifiedSeconds = status.st_mtim.tv_sec
    modifiedNanoseconds = status.st_mtim.tv_nsec
  }
}

func checkRegular(_ status: stat, _ place: Place) throws(Diagnostic) {
  switch status.st_mode & S_IFMT {
  case S_IFREG: return
  case S_IFDIR: throw Diagnostic(.error, "this is a folder, not a file", at: place)
  case S_IFIFO: throw Diagnostic(.error, "this is a pipe; only regular files are read", at: place)
  case S_IFCHR, S_IFBLK: throw Diagnostic(.error, "this is a device; only regular files are read", at: place)
  default: throw Diagnostic(.error, "this is no regular file", at: place)
  }
}

func openingTrouble(_ number: Int32) -> String {
  switch number {
  case ENOENT, ENOTDIR: "there is no such file"
  case EACCES, EPERM: "the file may not be read (permission denied)"
  case ELOOP: "its symbolic links run in a circle"
  case ENAMETOOLONG: "the file name is too long"
  default: "the file cannot be opened: \(String(cString: strerror(number)))"
  }
}

/// What the kernel says an open descriptor is: no race with links that change. nil where /proc is not mounted.
private func pathOfDescriptor(_ descriptor: Int32) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
  let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
  guard count > 0, count < buffer.count else { return nil }
  let path = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  return path.hasPrefix("/") ? path : nil
}

/// The path with every symbolic link, `.` and `..` resolved; nil where it does not exist.
package func resolvedPath(_ path: String) -> String? {
  guard let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}
