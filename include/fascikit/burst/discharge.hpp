// Discharge: what the burst stage needs to know of one event.
#pragma once

#include <cstdint>
#include <limits>

namespace fascikit::burst {

struct Discharge {
    std::int64_t id = 0;              ///< of the event
    std::int64_t onset = 0;           ///< samples
    std::int64_t peak = 0;
    std::int64_t end = 0;
    float amplitude_uv = 0;
    float similarity = std::numeric_limits<float>::quiet_NaN();  ///< to its unit's template
    float distance = std::numeric_limits<float>::quiet_NaN();    ///< from it, share of energy
    float snr = 0;
    float potential_ms = 0;
    float phases = 0;
    float turns = 0;
    float area_uv_ms = 0;
    float rise_ms = 0;
    float first_phase_sign = 0;
    float low_frequency = 0;
    float channel_spread = std::numeric_limits<float>::quiet_NaN();
    std::int32_t unit = -1;
};

}  // namespace fascikit::burst
