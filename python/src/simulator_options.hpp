// The simulator's option structs by name: one table for reading, writing and refusing.
//
// Defaults are the structs' own. A table that forgets a member does not compile. Wrong
// names and types are std::invalid_argument with what is allowed; ranges are checked by
// the simulator itself, where the options are used.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bindings.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/simulate/patterns_fibre.hpp"
#include "fascikit/simulate/patterns_motor_unit.hpp"
#include "fascikit/simulate/patterns_pool.hpp"
#include "fascikit/simulate/scene.hpp"
#include "fascikit/simulate/single_fibre.hpp"

namespace fascikit::python {

namespace sim = fascikit::simulate;

/// `name` and `fields`, pairs of a name and a member, in the order of declaration.
template <class T>
struct Options;

template <>
struct Options<sim::FasciculationOptions> {
    using T = sim::FasciculationOptions;
    static constexpr const char* name = "fasciculations";
    static constexpr auto fields = std::tuple{std::pair{"rate_hz", &T::rate_hz},
                                              std::pair{"dead_time_s", &T::dead_time_s},
                                              std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::MultipletOptions> {
    using T = sim::MultipletOptions;
    static constexpr const char* name = "multiplets";
    static constexpr auto fields = std::tuple{
        std::pair{"rate_hz", &T::rate_hz},         std::pair{"dead_time_s", &T::dead_time_s},
        std::pair{"fewest", &T::fewest},           std::pair{"discharges", &T::discharges},
        std::pair{"interval_ms", &T::interval_ms}, std::pair{"interval_cv", &T::interval_cv},
        std::pair{"lengthening", &T::lengthening}, std::pair{"second_gain", &T::second_gain},
        std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::FWaveOptions> {
    using T = sim::FWaveOptions;
    static constexpr const char* name = "f_wave_pairs";
    static constexpr auto fields =
        std::tuple{std::pair{"rate_hz", &T::rate_hz},         std::pair{"dead_time_s", &T::dead_time_s},
                   std::pair{"latency_ms", &T::latency_ms},   std::pair{"latency_sd_ms", &T::latency_sd_ms},
                   std::pair{"probability", &T::probability}, std::pair{"gain", &T::gain},
                   std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::MyokymiaOptions> {
    using T = sim::MyokymiaOptions;
    static constexpr const char* name = "myokymia";
    static constexpr auto fields = std::tuple{
        std::pair{"burst_rate_hz", &T::burst_rate_hz}, std::pair{"burst_rate_cv", &T::burst_rate_cv},
        std::pair{"fewest", &T::fewest},               std::pair{"discharges", &T::discharges},
        std::pair{"in_burst_hz", &T::in_burst_hz},     std::pair{"in_burst_cv", &T::in_burst_cv},
        std::pair{"silence_s", &T::silence_s},         std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::NeuromyotoniaOptions> {
    using T = sim::NeuromyotoniaOptions;
    static constexpr const char* name = "neuromyotonia";
    static constexpr auto fields =
        std::tuple{std::pair{"start_hz", &T::start_hz},     std::pair{"end_hz", &T::end_hz},
                   std::pair{"duration_s", &T::duration_s}, std::pair{"decrement", &T::decrement},
                   std::pair{"interval_cv", &T::interval_cv}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::ContinuousSingleOptions> {
    using T = sim::ContinuousSingleOptions;
    static constexpr const char* name = "continuous_single";
    static constexpr auto fields =
        std::tuple{std::pair{"rate_hz", &T::rate_hz}, std::pair{"cv", &T::cv}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::TonicOptions> {
    using T = sim::TonicOptions;
    static constexpr const char* name = "tonic";
    static constexpr auto fields =
        std::tuple{std::pair{"rate_hz", &T::rate_hz}, std::pair{"cv", &T::cv}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::FibrillationOptions> {
    using T = sim::FibrillationOptions;
    static constexpr const char* name = "fibrillation";
    static constexpr auto fields =
        std::tuple{std::pair{"start_hz", &T::start_hz}, std::pair{"end_hz", &T::end_hz},
                   std::pair{"duration_s", &T::duration_s}, std::pair{"cv", &T::cv}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::EndplateSpikeOptions> {
    using T = sim::EndplateSpikeOptions;
    static constexpr const char* name = "endplate_spikes";
    static constexpr auto fields = std::tuple{
        std::pair{"rate_hz", &T::rate_hz},                     std::pair{"cv", &T::cv},
        std::pair{"least_interval_ms", &T::least_interval_ms}, std::pair{"self_inhibition", &T::self_inhibition},
        std::pair{"inhibition_s", &T::inhibition_s},           std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::EndplateNoiseOptions> {
    using T = sim::EndplateNoiseOptions;
    static constexpr const char* name = "endplate_noise";
    static constexpr auto fields = std::tuple{std::pair{"rate_hz", &T::rate_hz}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::MyotoniaOptions> {
    using T = sim::MyotoniaOptions;
    static constexpr const char* name = "myotonia";
    static constexpr auto fields =
        std::tuple{std::pair{"low_hz", &T::low_hz},         std::pair{"peak_hz", &T::peak_hz},
                   std::pair{"low_gain", &T::low_gain},     std::pair{"duration_s", &T::duration_s},
                   std::pair{"waxings", &T::waxings},       std::pair{"rise_share", &T::rise_share},
                   std::pair{"cv", &T::cv},                 std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::ComplexRepetitiveOptions> {
    using T = sim::ComplexRepetitiveOptions;
    static constexpr const char* name = "complex_repetitive";
    static constexpr auto fields =
        std::tuple{std::pair{"rate_hz", &T::rate_hz},       std::pair{"interval_cv", &T::interval_cv},
                   std::pair{"duration_s", &T::duration_s}, std::pair{"steps", &T::steps},
                   std::pair{"step_ratio", &T::step_ratio}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::VoluntaryOptions> {
    using T = sim::VoluntaryOptions;
    static constexpr const char* name = "voluntary";
    static constexpr auto fields = std::tuple{
        std::pair{"units", &T::units},               std::pair{"recruitment_range", &T::recruitment_range},
        std::pair{"min_rate_hz", &T::min_rate_hz},   std::pair{"peak_rate_hz", &T::peak_rate_hz},
        std::pair{"peak_fall_hz", &T::peak_fall_hz}, std::pair{"gain_hz", &T::gain_hz},
        std::pair{"cv", &T::cv},                     std::pair{"common_drive", &T::common_drive},
        std::pair{"common_drive_hz", &T::common_drive_hz}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::CrampOptions> {
    using T = sim::CrampOptions;
    static constexpr const char* name = "cramp";
    static constexpr auto fields = std::tuple{
        std::pair{"units", &T::units},           std::pair{"rate_hz", &T::rate_hz},
        std::pair{"rate_sd_hz", &T::rate_sd_hz}, std::pair{"lowest_hz", &T::lowest_hz},
        std::pair{"interval_cv", &T::interval_cv}, std::pair{"doublet_probability", &T::doublet_probability},
        std::pair{"build_up_s", &T::build_up_s}, std::pair{"fade_s", &T::fade_s},
        std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::TremorOptions> {
    using T = sim::TremorOptions;
    static constexpr const char* name = "tremor";
    static constexpr auto fields = std::tuple{
        std::pair{"rate_hz", &T::rate_hz},   std::pair{"period_cv", &T::period_cv},
        std::pair{"burst_ms", &T::burst_ms}, std::pair{"units", &T::units},
        std::pair{"slowest_unit_hz", &T::slowest_unit_hz}, std::pair{"fastest_unit_hz", &T::fastest_unit_hz},
        std::pair{"participation", &T::participation}, std::pair{"gain_cv", &T::gain_cv}};
};
template <>
struct Options<sim::MotorUnitOptions> {
    using T = sim::MotorUnitOptions;
    static constexpr const char* name = "motor_unit";
    static constexpr auto fields = std::tuple{
        std::pair{"fibres", &T::fibres},             std::pair{"x_mm", &T::x_mm},
        std::pair{"depth_mm", &T::depth_mm},         std::pair{"territory_mm", &T::territory_mm},
        std::pair{"velocity_m_s", &T::velocity_m_s}, std::pair{"velocity_cv", &T::velocity_cv},
        std::pair{"endplate_mm", &T::endplate_mm},   std::pair{"endplate_spread_mm", &T::endplate_spread_mm},
        std::pair{"to_tendon_mm", &T::to_tendon_mm}, std::pair{"to_other_tendon_mm", &T::to_other_tendon_mm},
        std::pair{"tendon_spread_mm", &T::tendon_spread_mm}, std::pair{"delay_spread_ms", &T::delay_spread_ms},
        std::pair{"diameter_um", &T::diameter_um},   std::pair{"diameter_cv", &T::diameter_cv}};
};
template <>
struct Options<sim::Tissue> {
    using T = sim::Tissue;
    static constexpr const char* name = "tissue";
    static constexpr auto fields =
        std::tuple{std::pair{"fat_mm", &T::fat_mm}, std::pair{"skin_mm", &T::skin_mm},
                   std::pair{"muscle_along_s_per_m", &T::muscle_along_s_per_m},
                   std::pair{"muscle_across_s_per_m", &T::muscle_across_s_per_m},
                   std::pair{"fat_s_per_m", &T::fat_s_per_m}, std::pair{"skin_s_per_m", &T::skin_s_per_m}};
};
template <>
struct Options<sim::Needle> {
    using T = sim::Needle;
    static constexpr const char* name = "needle";
    static constexpr auto fields = std::tuple{std::pair{"kind", &T::kind}, std::pair{"x_mm", &T::x_mm},
                                              std::pair{"depth_mm", &T::depth_mm}, std::pair{"z_mm", &T::z_mm}};
};
template <>
struct Options<sim::Fibre> {
    using T = sim::Fibre;
    static constexpr const char* name = "fibre";
    static constexpr auto fields = std::tuple{
        std::pair{"x_mm", &T::x_mm},                 std::pair{"depth_mm", &T::depth_mm},
        std::pair{"endplate_mm", &T::endplate_mm},   std::pair{"to_tendon_mm", &T::to_tendon_mm},
        std::pair{"to_other_tendon_mm", &T::to_other_tendon_mm}, std::pair{"velocity_m_s", &T::velocity_m_s},
        std::pair{"delay_ms", &T::delay_ms},         std::pair{"diameter_um", &T::diameter_um}};
};
template <>
struct Options<sim::IntracellularPotential> {
    using T = sim::IntracellularPotential;
    static constexpr const char* name = "intracellular_potential";
    static constexpr auto fields =
        std::tuple{std::pair{"per_mm", &T::per_mm}, std::pair{"tail_share", &T::tail_share},
                   std::pair{"tail_length_mm", &T::tail_length_mm}};
};
template <>
struct Options<sim::EndplateCurrent> {
    using T = sim::EndplateCurrent;
    static constexpr const char* name = "endplate_current";
    static constexpr auto fields =
        std::tuple{std::pair{"peak_na", &T::peak_na}, std::pair{"rise_ms", &T::rise_ms},
                   std::pair{"decay_ms", &T::decay_ms}, std::pair{"length_constant_mm", &T::length_constant_mm}};
};
template <>
struct Options<sim::NoiseOptions> {
    using T = sim::NoiseOptions;
    static constexpr const char* name = "noise";
    static constexpr auto fields = std::tuple{
        std::pair{"rms_uv", &T::rms_uv},                 std::pair{"corner_hz", &T::corner_hz},
        std::pair{"drift_octaves", &T::drift_octaves},   std::pair{"drift_period_s", &T::drift_period_s},
        std::pair{"steps", &T::steps},                   std::pair{"step_octaves", &T::step_octaves},
        std::pair{"common", &T::common}};
};
template <>
struct Options<sim::HumOptions> {
    using T = sim::HumOptions;
    static constexpr const char* name = "hum";
    static constexpr auto fields =
        std::tuple{std::pair{"frequency_hz", &T::frequency_hz}, std::pair{"amplitude_uv", &T::amplitude_uv},
                   std::pair{"shares", &T::shares}, std::pair{"wander_hz", &T::wander_hz},
                   std::pair{"amplitude_sway", &T::amplitude_sway}};
};
template <>
struct Options<sim::DriftOptions> {
    using T = sim::DriftOptions;
    static constexpr const char* name = "drift";
    static constexpr auto fields = std::tuple{std::pair{"rms_uv", &T::rms_uv}, std::pair{"lowest_hz", &T::lowest_hz},
                                              std::pair{"highest_hz", &T::highest_hz}};
};
template <>
struct Options<sim::EcgOptions> {
    using T = sim::EcgOptions;
    static constexpr const char* name = "ecg";
    static constexpr auto fields =
        std::tuple{std::pair{"rate_bpm", &T::rate_bpm}, std::pair{"hrv", &T::hrv},
                   std::pair{"amplitude_uv", &T::amplitude_uv}, std::pair{"qrs_ms", &T::qrs_ms},
                   std::pair{"respiration_hz", &T::respiration_hz}};
};
template <>
struct Options<sim::MovementOptions> {
    using T = sim::MovementOptions;
    static constexpr const char* name = "movement";
    static constexpr auto fields =
        std::tuple{std::pair{"amplitude_uv", &T::amplitude_uv}, std::pair{"duration_s", &T::duration_s},
                   std::pair{"snap_share", &T::snap_share}};
};
template <>
struct Options<sim::PopOptions> {
    using T = sim::PopOptions;
    static constexpr const char* name = "pop";
    static constexpr auto fields =
        std::tuple{std::pair{"amplitude_uv", &T::amplitude_uv}, std::pair{"recovery_s", &T::recovery_s}};
};
template <>
struct Options<sim::CableOptions> {
    using T = sim::CableOptions;
    static constexpr const char* name = "cable";
    static constexpr auto fields =
        std::tuple{std::pair{"amplitude_uv", &T::amplitude_uv}, std::pair{"frequency_hz", &T::frequency_hz},
                   std::pair{"decay_s", &T::decay_s}};
};
template <>
struct Options<sim::StimulusOptions> {
    using T = sim::StimulusOptions;
    static constexpr const char* name = "stimuli";
    static constexpr auto fields =
        std::tuple{std::pair{"rail_uv", &T::rail_uv}, std::pair{"saturation_ms", &T::saturation_ms},
                   std::pair{"tail_share", &T::tail_share}, std::pair{"tail_ms", &T::tail_ms},
                   std::pair{"rate_hz", &T::rate_hz}, std::pair{"count", &T::count}};
};
template <>
struct Options<sim::ContactOptions> {
    using T = sim::ContactOptions;
    static constexpr const char* name = "contact";
    static constexpr auto fields =
        std::tuple{std::pair{"kind", &T::kind}, std::pair{"rail_uv", &T::rail_uv}, std::pair{"hum_hz", &T::hum_hz},
                   std::pair{"hum_uv", &T::hum_uv}, std::pair{"noise_rms_uv", &T::noise_rms_uv}};
};

/// Choices by name, in the order of the enumeration.
template <class E>
inline constexpr std::array<const char*, 0> choices{};
template <>
inline constexpr std::array choices<sim::NeedleKind>{"concentric", "monopolar", "single_fibre"};
template <>
inline constexpr std::array choices<sim::LostContact>{"rail", "open"};
template <>
inline constexpr std::array choices<sim::Dropped>{"not_a_number", "zeros", "held"};
template <>
inline constexpr std::array choices<sim::FWaveSite>{"hand", "proximal", "calf", "foot"};
template <>
inline constexpr std::array choices<sim::TremorKind>{"parkinson_rest", "essential", "physiological", "holmes",
                                                     "orthostatic"};

namespace detail {

struct Anything {
    template <class T>
    operator T() const;
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), Anything{})...}; };
}
template <class T, std::size_t n = 20>
constexpr std::size_t members() {
    if constexpr (n == 0 || takes<T>(std::make_index_sequence<n>{})) return n;
    else return members<T, n - 1>();
}

[[noreturn]] inline void refuse(const std::string& what, py::handle value, const std::string& allowed) {
    core::fail_option(what + " is " + std::string(py::repr(value)) + ": allowed is " + allowed);
}

inline double number_of(const std::string& what, py::handle value) {
    double number = PyBool_Check(value.ptr()) ? -1.0 : PyFloat_AsDouble(value.ptr());
    if (PyErr_Occurred() || PyBool_Check(value.ptr())) {
        PyErr_Clear();
        refuse(what, value, "a number");
    }
    return number;
}

inline int whole_of(const std::string& what, py::handle value) {
    int overflow = 0;
    const long number = PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr())
                            ? -1
                            : PyLong_AsLongAndOverflow(py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr())).ptr(), &overflow);
    if (PyErr_Occurred() || PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr()) || overflow != 0 ||
        number != static_cast<int>(number)) {
        PyErr_Clear();
        refuse(what, value, "a whole number");
    }
    return static_cast<int>(number);
}

}  // namespace detail

template <class E>
[[nodiscard]] E choice_of(const std::string& what, py::handle value) {
    std::string allowed;
    for (std::size_t i = 0; i < choices<E>.size(); ++i) {
        if (py::isinstance<py::str>(value) && py::cast<std::string>(value) == choices<E>[i]) return static_cast<E>(i);
        allowed += (i == 0 ? "'" : ", '") + std::string(choices<E>[i]) + "'";
    }
    detail::refuse(what, value, allowed);
}

template <class V>
[[nodiscard]] V value_of(const std::string& what, py::handle value) {
    if constexpr (std::is_enum_v<V>) {
        return choice_of<V>(what, value);
    } else if constexpr (std::is_same_v<V, int>) {
        return detail::whole_of(what, value);
    } else if constexpr (std::is_same_v<V, double>) {
        return detail::number_of(what, value);
    } else {
        V all{};
        if (!py::isinstance<py::sequence>(value) || py::len(value) != all.size())
            detail::refuse(what, value, std::to_string(all.size()) + " numbers");
        const auto items = py::reinterpret_borrow<py::sequence>(value);
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = detail::number_of(what, items[i]);
        return all;
    }
}

template <class T>
[[nodiscard]] py::dict to_dict_of(const T& options) {
    static_assert(detail::members<T>() == std::tuple_size_v<decltype(Options<T>::fields)>);
    py::dict out;
    std::apply(
        [&](const auto&... field) {
            const auto put = [&](const char* name, const auto& value) {
                using V = std::remove_cvref_t<decltype(value)>;
                if constexpr (std::is_enum_v<V>)
                    out[name] = choices<V>[static_cast<std::size_t>(value)];
                else
                    out[name] = value;
            };
            (put(field.first, options.*(field.second)), ...);
        },
        Options<T>::fields);
    return out;
}

/// Whether the struct has that option; it is then set.
template <class T>
bool set(T& options, const std::string& name, py::handle value) {
    return std::apply(
        [&](const auto&... field) {
            const auto put = [&](const char* known, auto T::* member) {
                if (name != known) return false;
                using V = std::remove_reference_t<decltype(options.*member)>;
                options.*member = value_of<V>(name + " of " + Options<T>::name, value);
                return true;
            };
            return (put(field.first, field.second) || ...);
        },
        Options<T>::fields);
}

template <class T>
void list_names(std::string& names) {
    std::apply([&](const auto&... field) { ((names += (names.empty() ? "" : ", ") + std::string(field.first)), ...); },
               Options<T>::fields);
}

/// Sets what `given` names in the first of the structs that has it.
template <class... T>
void apply(const std::string& what, const py::dict& given, T&... options) {
    for (const auto& [key, value] : given) {
        const std::string name = py::cast<std::string>(key);
        if ((set(options, name, value) || ...)) continue;
        std::string names;
        (list_names<T>(names), ...);
        core::fail_option("option '" + name + "' of " + what + ": allowed is " + names);
    }
}

}  // namespace fascikit::python
