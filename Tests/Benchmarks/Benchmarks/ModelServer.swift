import Foundation

/// The C model server as a process of its own, until `stop`.
struct ModelServer {
  let port: Int
  /// Bytes of the body of every answer.
  let bodyBytes: Int
  private let process: pid_t

  /// - Parameter delay: Milliseconds between a request and its answer.
  init(delay: Int, in folder: Folder) throws {
    let output = folder.path("server")
    folder.remove(output)
    process = try spawn(ownProgram, ["serve", "\(delay)"], output: output)
    for _ in 0..<500 {
      if let line = try? String(contentsOfFile: output, encoding: .utf8), line.hasSuffix("\n") {
        let numbers = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        if numbers.count == 2 {
          (port, bodyBytes) = (numbers[0], numbers[1])
          return
        }
      }
      usleep(10_000)
    }
    kill(process, SIGKILL)
    throw Failed(description: "the model server did not start")
  }

  /// As `--target` takes it.
  var target: String { "openai:bench@http://127.0.0.1:\(port)/v1" }

  func stop() {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }

  /// The floor: the same questions through a plain libcurl loop.
  func floor(_ count: Int, concurrency: Int, in folder: Folder) throws -> Cost {
    try cost(of: ownProgram, ["floor", "\(port)", "\(count)", "\(concurrency)"], log: folder.path("log"))
  }
}

private let ownProgram = "/proc/self/exe".withCString { String(cString: realpath($0, nil)) }
