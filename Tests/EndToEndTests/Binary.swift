import Foundation
import Glibc
import Synchronization
import Testing

/// One after the other: these tests wait for processes, and must not hold every thread that other tests run on.
@Suite(.serialized) struct EndToEnd {}

/// The built command, run as a user runs it.
enum Binary {
  /// Beside the test bundle.
  static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "portcullis")

  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Runs to the end.
  ///
  /// - Parameter environment: Added to a small one of ours; the tester's own keys and proxies stay outside.
  static func run(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws -> Result {
    let process = try start(arguments, in: folder, environment: environment)
    process.wait()
    return Result(code: process.code, output: process.output, errors: process.errors)
  }

  static func start(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws -> Running {
    try Running(arguments, in: folder, environment: environment)
  }
}

/// A process under way; its output is kept.
final class Running: Sendable {
  private struct State {
    var output = Data()
    var errors = Data()
  }

  private let process = Process()
  private let state = Mutex(State())
  private let readers = DispatchGroup()

  init(_ arguments: [String], in folder: URL, environment: [String: String]) throws {
    process.executableURL = Binary.url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8", "COLUMNS": "100"].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    collect(output) { $0.output.append($1) }
    collect(errors) { $0.errors.append($1) }
  }

  private func collect(_ pipe: Pipe, _ keep: @escaping @Sendable (inout State, Data) -> Void) {
    let handle = pipe.fileHandleForReading
    readers.enter()
    Thread.detachNewThread { [self] in
      while case let data = handle.availableData, !data.isEmpty { state.withLock { keep(&$0, data) } }
      readers.leave()
    }
  }

  var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
  var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }
  /// The exit code, or 128 and the signal that ended it.
  var code: Int32 { process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus }
  var isRunning: Bool { process.isRunning }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  func wait() {
    process.waitUntilExit()
    readers.wait()
  }

  /// Waits until something is so, looking again and again; false when the process ended first.
  func reaches(_ isSo: () throws -> Bool) rethrows -> Bool {
    while try !isSo() {
      if !process.isRunning { return try isSo() }
      usleep(500)
    }
    return true
  }

  /// The first line of output, once it is there.
  func firstLine() throws -> String {
    _ = reaches { output.contains("\n") }
    return try #require(output.split(separator: "\n").first.map(String.init), "it ended without a line: \(errors)")
  }
}

/// A replay server that stops with the value.
final class ReplayServerProcess {
  let address: String
  private let process: Running

  init(_ arguments: [String], in folder: URL) throws {
    process = try Binary.start(["replay-server"] + arguments, in: folder)
    address = try process.firstLine()
    try #require(address.hasPrefix("http://127.0.0.1:"), "no address: \(process.errors)")
  }

  deinit {
    process.signal(SIGTERM)
    process.wait()
  }
}

/// An empty folder that goes with the value.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "portcullis-e2e-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func read(_ name: String) throws -> String { String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self) }
}

/// The checkout.
let checkout = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
let corpora = checkout.deletingLastPathComponent().appending(path: "shared/corpora")
let corporaAbsent = !FileManager.default.fileExists(atPath: corpora.path)

/// A member of a JSON document on the way down its path; nil where there is none.
func member(_ text: String, _ path: String...) -> Any? {
  var value: Any? = try? JSONSerialization.jsonObject(with: Data(text.utf8))
  for name in path { value = (value as? [String: Any])?[name] }
  return value
}

extension String {
  /// In one line, however it was wrapped.
  var words: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
