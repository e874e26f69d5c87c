import Glibc

/// An exclusive `flock`, held until the value ends. The system frees it when the process dies, however it dies.
struct FileLock: ~Copyable, Sendable {
  private let descriptor: Int32
  private let path: String
  private let removesFile: Bool

  /// nil where somebody else holds it, in this process or another.
  ///
  /// - Parameter removesFile: Whether the file goes when the lock is given back, so that no file stays for each run.
  static func take(_ path: String, removesFile: Bool) throws(StoreError) -> FileLock? {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { throw Self.problem(errno, path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let problem = errno
        close(descriptor)
        if problem == EINTR { continue }
        if problem == EWOULDBLOCK { return nil }
        throw Self.problem(problem, path)
      }
      // The holder before us may have removed the file between our open and our flock: then we hold a lock nobody else can see.
      var held = stat()
      var named = stat()
      guard fstat(descriptor, &held) == 0 else {
        let problem = errno
        close(descriptor)
        throw Self.problem(problem, path)
      }
      if stat(path, &named) == 0, named.st_ino == held.st_ino, named.st_dev == held.st_dev {
        return FileLock(descriptor: descriptor, path: path, removesFile: removesFile)
      }
      close(descriptor)
    }
  }

  private static func problem(_ number: Int32, _ path: String) -> StoreError {
    switch number {
    case EROFS, EACCES, EPERM: .readOnly(path: path, detail: errnoText(number))
    case ENOSPC, EDQUOT: .full(path: path, detail: errnoText(number))
    default: .cannotOpen(path: path, detail: errnoText(number))
    }
  }

  private init(descriptor: Int32, path: String, removesFile: Bool) {
    self.descriptor = descriptor
    self.path = path
    self.removesFile = removesFile
  }

  deinit {
    if removesFile { unlink(path) }
    close(descriptor)
  }
}
