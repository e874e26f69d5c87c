import Glibc

/// A moment by the wall clock, to the millisecond: for records, never for measuring.
package struct WallTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970 in UTC.
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

  package static var now: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
  }

  package static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

  /// RFC 3339 in UTC: `2026-11-25T20:15:00.123Z`.
  package var description: String {
    var seconds = Int(milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000)
    let rest = milliseconds - seconds * 1000
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + String(value) }
    let fraction = String(1000 + rest).dropFirst()
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):\(two(parts.tm_min)):"
      + "\(two(parts.tm_sec)).\(fraction)Z"
  }
}
