/// A rate a minute that may be used in bursts of at most one second's worth (at least one unit). Times in seconds since the run began.
package struct TokenBucket: Sendable, Hashable {
  private let perSecond: Double
  private let most: Double
  private var level: Double
  private var updated = 0.0

  /// - Parameter perMinute: Above 0.
  package init(perMinute: Int) {
    perSecond = Double(perMinute) / 60
    most = max(1, perSecond)
    level = most
  }

  /// Takes `amount` (which may be more than the bucket holds: the level goes below zero and is paid off) and returns the seconds to
  /// wait before using it.
  package mutating func take(_ amount: Double, at now: Double) -> Double {
    level = min(most, level + max(0, now - updated) * perSecond)
    updated = max(updated, now)
    level -= amount
    return level >= 0 ? 0 : -level / perSecond
  }

  /// Gives back what was reserved too much (or takes what was too little).
  package mutating func settle(reserved: Double, used: Double) { level = min(most, level + reserved - used) }
}
