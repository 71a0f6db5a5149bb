// The names of a score's members, once: sums over recordings, the JSON of the program and
// the tables of Python all read them from here.
//
// A score has `counts_of(const S*)`, tuples of what may be added, and `ratios_of(const S*)`,
// of what is made of the counts. Found by argument-dependent lookup. No cost at run time.
#pragma once

#include <tuple>

namespace fascikit::evaluate {

template <class S, class T>
struct Field {
    const char* name;
    T S::*member;
};
template <class S, class T>
[[nodiscard]] constexpr Field<S, T> field(const char* name, T S::*member) noexcept {
    return {name, member};
}

/// Adds the counts; the ratios are left as they are.
template <class S>
void add_counts(S& to, const S& from) {
    std::apply([&](auto... f) { ((to.*(f.member) += from.*(f.member)), ...); }, counts_of(&to));
}

/// visit(name, value) for every count and then every ratio.
template <class S, class Visit>
void each_field(const S& score, Visit&& visit) {
    const auto all = [&](auto... f) { (visit(f.name, score.*(f.member)), ...); };
    std::apply(all, counts_of(&score));
    std::apply(all, ratios_of(&score));
}

}  // namespace fascikit::evaluate
