import Foundation

/// What a child process cost, as the kernel counts it.
struct Cost {
  /// Seconds from before the spawn until it was reaped.
  let wall: Double
  /// Seconds of user and system time, of all threads and of the children it waited for.
  let cpu: Double
  /// Peak resident memory in MB. Linux carries the parent's peak over an exec, so that this process must stay small.
  let peak: Double
}

/// A child that did not end with 0; its last words are in the message.
struct Failed: Error, CustomStringConvertible {
  let description: String
}

/// Runs a program to its end, its output in a log file, and says what it cost.
func cost(of program: String, _ arguments: [String], log: String) throws -> Cost {
  let clock = ContinuousClock()
  let start = clock.now
  let child = try spawn(program, arguments, output: log)
  var status: Int32 = 0
  var usage = rusage()
  while wait4(child, &status, 0, &usage) < 0 {
    guard errno == EINTR else { throw Failed(description: "wait4: \(String(cString: strerror(errno)))") }
  }
  let wall = (clock.now - start) / .seconds(1)
  guard status == 0 else {
    let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    let end = status & 0x7f == 0 ? "ended with \(status >> 8)" : "was ended by signal \(status & 0x7f)"
    throw Failed(description: "\(program) \(arguments.joined(separator: " ")) \(end)\n\(words.suffix(2000))")
  }
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return Cost(wall: wall, cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), peak: Double(usage.ru_maxrss) * 1024 / 1e6)
}

/// Starts a program with its output and errors in `output`, a path.
func spawn(_ program: String, _ arguments: [String], output: String) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)
  var words = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  var child: pid_t = 0
  let code = posix_spawn(&child, program, &actions, nil, &words, environ)
  guard code == 0 else { throw Failed(description: "\(program) cannot be started: \(String(cString: strerror(code)))") }
  return child
}
