// On a slow line somebody is faster than the script that listens.

const TOUCHED = ":user-valid, :user-invalid";

/** A field of the form that was changed already, and left; null where there is none, or the browser cannot tell. */
export const touched = (form) => (CSS.supports("selector(:user-valid)") ? form.querySelector(TOUCHED) : null);
