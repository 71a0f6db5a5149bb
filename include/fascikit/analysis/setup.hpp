// What both passes derive from the options: filters, lengths, levels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "fascikit/core/bands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/options.hpp"
#include "fascikit/detect/detector.hpp"
#include "fascikit/filter/butterworth.hpp"

namespace fascikit::analysis {

/// Seconds of noise that must be heard before anything is called louder than noise.
inline constexpr double warm_up_s = 0.5;
/// A filter has settled when its memory of the start is below this share.
inline constexpr double settled_share = 1e-3;

struct Setup {
    Band band;
    double low_pass_hz = 0;           ///< of the second statistic
    filter::Sos<double> band_pass;    ///< causal, of the preset's order
    filter::Sos<double> band_pass_2;  ///< half that order, for use forward and backward
    filter::Sos<double> low_pass;     ///< order 2
    filter::Sos<double> low_pass_2;   ///< order 1, forward and backward
    detect::Timing timing;
    double crossings_hz = 0;
    std::int64_t delay = 0;           ///< frames by which the causal filter delays a potential

    Setup(double rate_hz, Electrode electrode, Band wanted)
        : band(resolved(wanted, electrode, rate_hz)),
          // Surface potentials have their energy at 30 to 150 Hz; at the needle rise times
          // of 0.5 ms reach to 1 to 2 kHz.
          low_pass_hz(std::min(electrode == Electrode::surface ? 200.0 : 2000.0, 0.5 * band.high_hz)),
          band_pass(filter::butterworth_bandpass(core::preset_of(electrode).order, band.low_hz, band.high_hz, rate_hz)),
          band_pass_2(filter::butterworth_bandpass(core::preset_of(electrode).order / 2, band.low_hz, band.high_hz, rate_hz)),
          low_pass(filter::butterworth_lowpass(2, low_pass_hz, rate_hz)),
          low_pass_2(filter::butterworth_lowpass(1, low_pass_hz, rate_hz)) {
        if (low_pass_hz <= 1.5 * band.low_hz)
            core::fail_option("band " + core::number(band.low_hz) + " to " + core::number(band.high_hz) +
                              " Hz: allowed is a high edge of at least 3 times the low one");
        const double settle_s = static_cast<double>(band_pass.settling_samples(settled_share)) / rate_hz;
        timing = detect::timing_for(rate_hz, electrode, settle_s);
        crossings_hz = detect::zero_crossings_hz(band.low_hz, band.high_hz) +
                       detect::zero_crossings_hz(band.low_hz, low_pass_hz);
        // Where potentials have their energy, 84 Hz at the skin and 189 Hz at the needle by
        // default: delays differ by a millisecond around it.
        const double nominal_hz = 4.0 / 3.0 * std::sqrt(band.low_hz * low_pass_hz);
        delay = std::llround(band_pass.group_delay_s(nominal_hz, rate_hz) * rate_hz);
    }
    /// Frames over which the ringing of the causal band-pass falls by e.
    [[nodiscard]] static double decay_frames(const filter::Sos<double>& sos) noexcept {
        return -1.0 / std::log(std::min(0.999999, std::max(0.1, sos.max_pole_radius())));
    }
    /// What must be there of a recording at least.
    [[nodiscard]] double shortest_s() const noexcept {
        return timing.settle_tiles * timing.tile_s() + warm_up_s + 0.1;
    }
};

}  // namespace fascikit::analysis
