// Filters for EMG by name, from the table of core/bands.hpp, where each number has its
// reason: Butterworth band-passes as sections. The upper edge follows the sampling rate
// down to 0.45 of it. Cost and errors: iir_design.hpp; a rate too low for the band is
// std::invalid_argument and names the lowest allowed.
#pragma once

#include <string>
#include <string_view>

#include "fascikit/core/bands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

[[nodiscard]] inline Sos<double> preset(std::string_view name, double sampling_rate_hz) {
    const core::BandPreset& p = core::band_preset(name);
    core::check_rate(sampling_rate_hz);
    const double high_hz = core::high_hz_at(p, sampling_rate_hz);
    // Below half an octave nothing of the band is left.
    if (!(high_hz >= 1.5 * p.low_hz))
        core::fail_option("sampling rate " + core::number(sampling_rate_hz) + " Hz: the preset '" + p.name + "' needs at least " +
                          core::number(1.5 * p.low_hz / core::highest_share_of_rate) + " Hz");
    return butterworth_bandpass(p.order, p.low_hz, high_hz, sampling_rate_hz);
}

}  // namespace fascikit::filter
