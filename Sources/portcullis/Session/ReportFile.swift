import ArgumentParser
import Foundation
import Glibc
import PortcullisCore
import PortcullisReports

/// `--report FORMAT=PATH`: a report written to a file, atomically, in place of an older one.
struct ReportFile {
  let format: ReportFormat
  let path: String

  /// - Throws: A usage error for another form or an unknown format.
  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, !parts[1].isEmpty else {
      throw ValidationError("--report is '\(text)'; write it as format=path, as in junit=report.xml")
    }
    format = try ReportFormat(word: String(parts[0]))
    path = String(parts[1])
  }

  /// Refuses a place that cannot be written, before anything is paid for.
  func probe() throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else {
      guard access(folderPath(of: path), W_OK) == 0 else { throw trouble(errno) }
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw trouble(EISDIR) }
    guard access(path, W_OK) == 0 else { throw trouble(errno) }
  }

  func write(_ input: ReportInput) throws {
    try replaceFile(path, what: "the report") { sink in try render(format, input, to: &sink) }
  }

  private func trouble(_ code: Int32) -> CommandFailure {
    CommandFailure("the report '\(visible(path))' cannot be written: \(String(cString: strerror(code)))", code: .cannotWrite)
  }
}

extension ReportFormat {
  init(word: String) throws {
    guard let format = ReportFormat(rawValue: word) else {
      let help = suggestion(for: word, among: ReportFormat.allCases.map(\.rawValue)) ?? ""
      throw ValidationError("unknown report format '\(word)'; \(help)")
    }
    self = format
  }
}

/// Text to a descriptor, 64 KB at a time.
struct DescriptorSink: TextSink {
  struct Failed: Error {
    let code: Int32
  }

  let descriptor: Int32
  private var buffer: [UInt8] = []

  init(descriptor: Int32) { self.descriptor = descriptor }

  mutating func write(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 65536 { try flush() }
  }

  mutating func flush() throws {
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failed(code: errno)
      }
      rest = rest.dropFirst(count)
    }
    buffer = []
  }
}
