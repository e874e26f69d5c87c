import Glibc
import PortcullisCore
import PortcullisFormats

/// Writes a file whole or not at all, in place of an older one: beside it, on the disk, then renamed. A link stays one, and what it names is
/// replaced. A pipe, a terminal or a device is written to, and never replaced.
///
/// - Parameter what: As in `the report`.
func replaceFile(_ path: String, what: String, _ body: (inout DescriptorSink) throws -> Void) throws {
  func trouble(_ code: Int32) -> CommandFailure {
    CommandFailure("\(what) '\(visible(path))' cannot be written: \(String(cString: strerror(code)))", code: .cannotWrite)
  }
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
    do { return try writeInto(path, body) } catch let failed as DescriptorSink.Failed { throw trouble(failed.code) }
  }
  let path = resolvedPath(path) ?? path
  let beside = "\(path).part-\(getpid())"
  let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw trouble(errno) }
  var sink = DescriptorSink(descriptor: descriptor)
  do {
    try body(&sink)
    try sink.flush()
    guard fsync(descriptor) == 0 else { throw DescriptorSink.Failed(code: errno) }
    guard close(descriptor) == 0, rename(beside, path) == 0 else { throw DescriptorSink.Failed(code: errno) }
  } catch let failed as DescriptorSink.Failed {
    unlink(beside)
    throw trouble(failed.code)
  }
  let folder = open(folderPath(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if folder >= 0 {
    fsync(folder)
    close(folder)
  }
}

private func writeInto(_ path: String, _ body: (inout DescriptorSink) throws -> Void) throws {
  let descriptor = open(path, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw DescriptorSink.Failed(code: errno) }
  defer { close(descriptor) }
  var sink = DescriptorSink(descriptor: descriptor)
  try body(&sink)
  try sink.flush()
}

/// The folder that a path lies in, as the system takes it.
func folderPath(of path: String) -> String {
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
}
