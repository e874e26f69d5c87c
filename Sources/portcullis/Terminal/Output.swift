import Foundation
import Glibc

/// Writes to a descriptor whole, through interruptions and short writes. A reader that left (`| head`) and a closed descriptor are no error; a full
/// disk ends the process with 73, so that lost output never looks like a verdict.
func write(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      if errno != EPIPE, errno != EBADF, descriptor != STDERR_FILENO {
        note("error: standard output cannot be written: \(String(cString: strerror(errno)))")
        _exit(73)
      }
      return
    }
    bytes = bytes.dropFirst(count)
  }
}

/// Facts for machines and reports: standard output.
func say(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

/// Progress and prose: standard error.
func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

/// What the terminal behind a descriptor can show.
struct TerminalFacts {
  let isTerminal: Bool
  let width: Int
  /// Colour only on a terminal that wants it.
  let hasColour: Bool

  init(_ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
    isTerminal = isatty(descriptor) == 1
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    width = isKnown ? max(60, min(Int(size.ws_col), 160)) : environment["COLUMNS"].flatMap(Int.init).map { max(60, min($0, 160)) } ?? 100
    hasColour = isTerminal && environment["NO_COLOR"].map(\.isEmpty) ?? true && environment["TERM"] != "dumb"
  }
}
