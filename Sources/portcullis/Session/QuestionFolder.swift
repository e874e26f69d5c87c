import Foundation
import Glibc
import PortcullisCore

/// A folder for the questions of one command, which only its user may read.
///
/// They are what people asked in production: what a killed command left behind goes when the next one begins. Whether its command still runs is
/// told by a lock on the folder, which the system frees with the process.
struct QuestionFolder {
  private static let prefix = "portcullis-questions-"
  private let url: URL
  private let lock: Int32

  /// - Throws: A failure `cannotWrite` where the system's folder for temporary files takes none.
  init() throws {
    let parent = FileManager.default.temporaryDirectory
    Self.removeLeftovers(in: parent)
    while true {
      let url = parent.appending(path: Self.prefix + UUID().uuidString)
      guard mkdir(url.path, 0o700) == 0 else {
        throw CommandFailure(
          "the questions cannot be written to '\(visible(parent.path))': \(String(cString: strerror(errno)))", code: .cannotWrite)
      }
      // Another command that begins just now may take it for a leftover before it is locked: then the next one is ours.
      guard let lock = Self.locked(url) else { continue }
      if access(url.path, W_OK) == 0 {
        self.url = url
        self.lock = lock
        return
      }
      close(lock)
    }
  }

  func remove() {
    try? FileManager.default.removeItem(at: url)
    close(lock)
  }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Of commands that run no more. Other users' folders cannot be opened, and are passed over.
  private static func removeLeftovers(in parent: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? [] where name.hasPrefix(prefix) {
      let url = parent.appending(path: name)
      guard let lock = locked(url) else { continue }
      try? FileManager.default.removeItem(at: url)
      close(lock)
    }
  }

  /// A descriptor that holds the lock of a folder; nil where somebody else does, or there is none.
  private static func locked(_ url: URL) -> Int32? {
    let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    close(descriptor)
    return nil
  }
}

/// A file of lines in it, closed with the value.
final class QuestionFile {
  let path: String
  private var sink: DescriptorSink
  private var count = 0
  /// Of all lines so far, each over the one before.
  private(set) var digest = Digest(of: "")

  init(_ path: String) throws {
    self.path = path
    sink = DescriptorSink(descriptor: open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    guard sink.descriptor >= 0 else { throw QuestionFile.cannotWrite(errno) }
  }

  deinit { if sink.descriptor >= 0 { close(sink.descriptor) } }

  func add(_ line: String) throws {
    count += 1
    digest = Digest(of: digest.description + line)
    do { try sink.write(line + "\n") } catch let failed as DescriptorSink.Failed { throw QuestionFile.cannotWrite(failed.code) }
  }

  /// Everything written; returns the number of lines.
  func finish() throws -> Int {
    do { try sink.flush() } catch let failed as DescriptorSink.Failed { throw QuestionFile.cannotWrite(failed.code) }
    return count
  }

  private static func cannotWrite(_ code: Int32) -> CommandFailure {
    CommandFailure("the requests cannot be written to a temporary file: \(String(cString: strerror(code)))", code: .cannotWrite)
  }
}
